import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { type NewTrainerEvent, parseTrainerEvent } from "#lib/executors/protocol.ts";

const HEARTBEAT_MS = 15_000;

/** Appends protocol events to events.jsonl. `seq` goes on where the last attempt stopped; a half-written last line is cut off. */
export class EventLog {
  private readonly fd: number;
  private readonly attempt: number;
  private seq = 0;
  private lastWrite = 0;

  constructor(file: string, attempt: number) {
    this.attempt = attempt;
    const before = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const whole = before.lastIndexOf(10) + 1;
    for (const line of before.subarray(0, whole).toString("utf8").split("\n")) {
      this.seq = Math.max(this.seq, parseTrainerEvent(line)?.seq ?? 0);
    }
    this.fd = openSync(file, "a", 0o600);
    if (whole < before.length) ftruncateSync(this.fd, whole);
  }

  /** @throws RangeError for a number that JSON cannot carry: NaN and infinities never reach a reader */
  write(event: NewTrainerEvent): void {
    for (const [name, value] of Object.entries(event)) {
      if (typeof value === "number" && !Number.isFinite(value))
        throw new RangeError(`${event.type}.${name} is not finite`);
    }
    const line = { v: 1, seq: ++this.seq, ts: Date.now() / 1000, attempt: this.attempt, ...event };
    writeSync(this.fd, `${JSON.stringify(line)}\n`);
    this.lastWrite = performance.now();
  }

  /** Shows that the trainer lives when nothing was written for a while. Call it often. */
  beat(step: number, total: number, phase: string): void {
    if (performance.now() - this.lastWrite >= HEARTBEAT_MS) this.write({ type: "heartbeat", step, total, phase });
  }

  close(): void {
    closeSync(this.fd);
  }
}
