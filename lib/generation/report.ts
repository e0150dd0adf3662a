import type { RunProgress } from "#lib/runs/schema.ts";
import type { Meter } from "./meter.ts";

/** What a run's context takes; a subset, so that nothing here depends on the worker. */
type Reporter = {
  progress(patch: Partial<RunProgress>, costMicros?: number): void;
  metric(data: Record<string, number | string>): void;
  log(level: "info" | "warn", message: string): void;
};

const progressEveryMs = 500;
const metricEveryMs = 2_000;

/**
 * Turns the engine's figures into progress (twice a second), chart points (every 2 s) and log lines when the endpoint's state changes.
 * `before`: results by status of earlier claims and phases; `extra`: further fields of the progress, of which `live` is set here. Stopping writes the last figures.
 */
export function reportProgress(
  ctx: Reporter,
  meter: Meter,
  before: Readonly<Record<string, number>>,
  total: number,
  extra: Record<string, unknown>,
): { stop(): void } {
  const base = { ...before };
  let state = "ok";
  let away = false;

  function report(): void {
    const now = meter.snapshot();
    const counts: Record<string, number> = { ...base };
    for (const [status, rows] of Object.entries(now.statuses)) counts[status] = (counts[status] ?? 0) + rows;
    const done = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
    const etaMs = now.ratePerSec > 0 ? ((total - done) / now.ratePerSec) * 1000 : null;
    const { endpoint, endpointMessage, databaseAway, inFlight, retries, failures, latencyP50Ms, latencyP95Ms } = now;
    extra.live = { endpoint, endpointMessage, databaseAway, inFlight, retries, failures, latencyP50Ms, latencyP95Ms };
    ctx.progress({ done, total, counts, ratePerSec: now.ratePerSec, etaMs, extra: { ...extra } }, now.spentMicros);
    if (endpoint !== state) {
      const words = endpoint === "ok" ? "The endpoint answers again." : `Waiting for the endpoint: ${endpointMessage}`;
      ctx.log(endpoint === "down" ? "warn" : "info", words);
      state = endpoint;
    }
    if (databaseAway !== away) {
      ctx.log(
        "warn",
        databaseAway ? "The database is away: answers wait in memory, nothing new is sent." : "The database is back.",
      );
      away = databaseAway;
    }
  }
  function point(): void {
    const { ratePerSec, spentMicros, inFlight, failures, latencyP50Ms, latencyP95Ms, statuses } = meter.snapshot();
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
    const rejected = Object.entries(statuses).reduce((sum, [status, rows]) => sum + (status === "ok" ? 0 : rows), 0);
    ctx.metric({
      ratePerSec,
      spentMicros,
      inFlight,
      failed,
      rejected,
      ...(latencyP50Ms === null ? {} : { latencyP50Ms }),
      ...(latencyP95Ms === null ? {} : { latencyP95Ms }),
    });
  }
  const timers = [setInterval(report, progressEveryMs), setInterval(point, metricEveryMs)];
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
      report();
      point();
    },
  };
}
