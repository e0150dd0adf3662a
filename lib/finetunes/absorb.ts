import type { Tx } from "#lib/core/db.ts";
import { parseTrainerEvent, type TrainerEvent } from "#lib/executors/protocol.ts";
import { formatCount, formatDuration, formatFigure, formatPercent, plural } from "#lib/format.ts";
import { appendEvents } from "#lib/jobs/runs.ts";
import type { RunProgress } from "#lib/runs/schema.ts";

type NewEvent = Parameters<typeof appendEvents>[2][number];

/** Whole lines of events.jsonl as events; lines that are none of ours are passed over. */
export function parseEvents(bytes: Buffer): TrainerEvent[] {
  return bytes
    .toString("utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : (parseTrainerEvent(line) ?? [])));
}

/** What the run's log and charts keep of a trainer event; null when nothing. */
function asRunEvent(event: TrainerEvent): NewEvent | null {
  const at = new Date(event.ts * 1000);
  const log = (level: string, message: string, data: Record<string, unknown> = {}): NewEvent => ({
    type: "log",
    level,
    message,
    data: { ...data, attempt: event.attempt },
    at,
  });
  switch (event.type) {
    case "start":
      return log("info", `Attempt ${event.attempt} started.`);
    case "data":
      return log(
        "info",
        `Read ${plural(event.rows, "row")}${event.dropped > 0 ? `, left out ${formatCount(event.dropped)}` : ""}.`,
        {
          rows: event.rows,
          dropped: event.dropped,
        },
      );
    case "train":
      return log("info", `Training ${formatCount(event.trainable)} weights in ${plural(event.total_steps, "step")}.`);
    case "resume":
      return log("info", `Resumed from the checkpoint at step ${formatCount(event.step)}.`, { step: event.step });
    case "metric": {
      const {
        v: _v,
        seq: _seq,
        ts: _ts,
        type: _type,
        total: _total,
        phase: _phase,
        epoch_loss: _pass,
        attempt: _attempt,
        ...figures
      } = event;
      return { type: "metric", data: figures, at };
    }
    case "warning":
      return log("warn", event.message, { code: event.code });
    case "error":
      return log("error", event.message, { code: event.code, retryable: event.retryable });
    case "stopped":
      return log("warn", `Stopped by ${event.signal} at step ${formatCount(event.step)}; a checkpoint is saved.`);
    case "artifacts":
      return log("info", "The student's files are written.");
    default:
      return null;
  }
}

/** A line for each finished pass. */
function passLine(event: TrainerEvent): string | null {
  if (event.type !== "metric" || !Number.isInteger(event.epoch) || event.epoch_loss === undefined) return null;
  const judged = event.eval_accuracy === undefined ? "" : `, validation accuracy ${formatPercent(event.eval_accuracy)}`;
  return `Pass ${event.epoch}${event.phase === "refit" ? " over all rows" : ""}: loss ${formatFigure(event.epoch_loss)}${judged}.`;
}

/**
 * Appends a batch to the run's events. A metric replaces those at its own and all later steps: after a kill the steps past the
 * checkpoint come again, and the curve must show each once. Call behind the fence, in the transaction that stores the offset.
 */
export async function absorb(tx: Tx, runId: string, events: readonly TrainerEvent[]): Promise<void> {
  let firstStep = Number.POSITIVE_INFINITY;
  const kept: NewEvent[] = [];
  const steps: number[] = [];
  for (const event of events) {
    const made = asRunEvent(event);
    if (!made) continue;
    if (event.type === "metric") {
      firstStep = Math.min(firstStep, event.step);
      // within one batch, too: events of two attempts may come together
      for (let i = kept.length - 1; i >= 0; i--) {
        if ((steps[i] ?? -1) >= event.step) {
          kept.splice(i, 1);
          steps.splice(i, 1);
        }
      }
    }
    kept.push(made);
    steps.push(event.type === "metric" ? event.step : -1);
    const line = passLine(event);
    if (line) {
      kept.push({ type: "log", level: "info", message: line, at: new Date(event.ts * 1000) });
      steps.push(-1);
    }
  }
  if (Number.isFinite(firstStep)) {
    await tx.$executeRaw`DELETE FROM "RunEvent" WHERE "runId" = ${runId}::uuid AND "type" = 'metric'
      AND ("data"->>'step')::int >= ${firstStep}`;
  }
  await appendEvents(tx, runId, kept);
}

/** The run's progress after a batch. `begun` is when this attempt started to train, by its own clock. */
export function progressAfter(before: RunProgress, events: readonly TrainerEvent[]): Partial<RunProgress> {
  let patch: Partial<RunProgress> = {};
  let extra = before.extra;
  for (const event of events) {
    extra = { ...extra, attempt: event.attempt };
    if (event.type === "data") {
      const { rows, dropped, labels, features, validation_rows: validationRows } = event;
      extra = { ...extra, rows, dropped, labels, features, validationRows };
    } else if (event.type === "train") {
      patch = { ...patch, phase: "Train", total: event.total_steps, unit: "steps" };
      extra = { ...extra, trainable: event.trainable };
    } else if (event.type === "resume") {
      patch = { ...patch, done: event.step };
      extra = { ...extra, from: { step: event.step, at: event.ts } };
    } else if (event.type === "metric" || event.type === "heartbeat") {
      const from = sinceOf(extra.from) ?? { step: event.step, at: event.ts };
      extra = { ...extra, from };
      const perSec = event.ts > from.at ? (event.step - from.step) / (event.ts - from.at) : 0;
      patch = { ...patch, done: event.step };
      if (event.type === "metric")
        extra = { ...extra, epoch: event.epoch, examplesPerSec: event.examples_per_s ?? extra.examplesPerSec };
      patch =
        perSec > 0 ? { ...patch, ratePerSec: perSec, etaMs: (1000 * (event.total - event.step)) / perSec } : patch;
    } else if (event.type === "start") {
      extra = { ...extra, from: null };
    } else if (event.type === "artifacts") {
      patch = { ...patch, phase: "Collect", etaMs: null };
    }
  }
  return { ...patch, extra };
}

function sinceOf(value: unknown): { step: number; at: number } | null {
  const { step, at } = Object(value) as { step?: unknown; at?: unknown };
  return typeof step === "number" && typeof at === "number" ? { step, at } : null;
}

/** What an ended attempt tells a person, from its exit code, where it left no error of its own. */
export function exitWords(exitCode: number, ms: number): string {
  const words: Record<number, string> = {
    1: "The trainer failed.",
    2: "The training data cannot be learnt from.",
    3: "The trainer ran out of memory.",
    4: "The training diverged: its loss is no longer a number.",
    78: "The trainer could not start in its environment.",
  };
  return words[exitCode] ?? `The trainer ended with code ${exitCode} after ${formatDuration(ms)}.`;
}
