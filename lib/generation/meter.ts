import type { FailureClass } from "#lib/llm/outcome.ts";

/** Live figures of one claim of a run. Micro-dollars and milliseconds. */
export type Snapshot = {
  /** results by status, as they were judged */
  statuses: Record<string, number>;
  /** failed calls by class, whether or not the row succeeded later */
  failures: Partial<Record<FailureClass, number>>;
  stored: number;
  retries: number;
  unknown: number;
  inFlight: number;
  spentMicros: number;
  /** rows stored per second over the last 5 s */
  ratePerSec: number;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  endpoint: "ok" | "throttled" | "down";
  endpointMessage: string | null;
  databaseAway: boolean;
};

/** Counts what the engine does. Reading single figures is free; `snapshot` sorts the latest latencies. */
export type Meter = {
  spend(micros: number): void;
  spentMicros(): number;
  answer(latencyMs: number): void;
  /** answers so far, good or bad */
  answers(): number;
  result(status: string): void;
  stored(rows: number): void;
  failure(kind: FailureClass): void;
  retry(): void;
  unknown(): void;
  inFlight(now: number): void;
  databaseAway(away: boolean): void;
  snapshot(): Snapshot;
};

const bucketMs = 250;
const buckets = 20;
const keptLatencies = 1_024;

/** @param now monotonic ms */
export function createMeter(
  now: () => number,
  endpoint: () => { state: Snapshot["endpoint"]; message: string | null },
): Meter {
  const statuses: Record<string, number> = Object.create(null);
  const failures: Partial<Record<FailureClass, number>> = {};
  const latencies: number[] = [];
  const recent = new Map<number, number>();
  const startedAt = now();
  let spent = 0;
  let answers = 0;
  let stored = 0;
  let retries = 0;
  let unknown = 0;
  let inFlight = 0;
  let away = false;

  function rate(): number {
    const current = Math.floor(now() / bucketMs);
    let rows = 0;
    for (const [bucket, count] of recent) {
      if (bucket <= current - buckets) recent.delete(bucket);
      else rows += count;
    }
    return rows / Math.max(0.5, Math.min(buckets * bucketMs, now() - startedAt) / 1000);
  }
  return {
    spend: (micros) => {
      spent += micros;
    },
    spentMicros: () => spent,
    answer: (latencyMs) => {
      latencies[answers++ % keptLatencies] = latencyMs;
    },
    answers: () => answers,
    result: (status) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
    },
    stored: (rows) => {
      stored += rows;
      const bucket = Math.floor(now() / bucketMs);
      recent.set(bucket, (recent.get(bucket) ?? 0) + rows);
    },
    failure: (kind) => {
      failures[kind] = (failures[kind] ?? 0) + 1;
    },
    retry: () => {
      retries++;
    },
    unknown: () => {
      unknown++;
    },
    inFlight: (count) => {
      inFlight = count;
    },
    databaseAway: (isAway) => {
      away = isAway;
    },
    snapshot() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const quantile = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
      const { state, message } = endpoint();
      return {
        statuses: { ...statuses },
        failures: { ...failures },
        stored,
        retries,
        unknown,
        inFlight,
        spentMicros: spent,
        ratePerSec: rate(),
        latencyP50Ms: quantile(0.5),
        latencyP95Ms: quantile(0.95),
        endpoint: state,
        endpointMessage: message,
        databaseAway: away,
      };
    },
  };
}
