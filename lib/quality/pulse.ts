import { setImmediate as breathe } from "node:timers/promises";

/**
 * Called often in long loops: null to go on, or a promise to await so that heartbeat and other work get their turn.
 * @throws Stopped when the work is to end
 */
export type Pulse = () => Promise<void> | null;

/** The work was asked to stop; what it wrote is replaced when it is done again. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Longest stretch without letting the heartbeat run. */
const sliceMs = 40;

/** A pulse that gives way every 40 ms and ends with `signal`. */
export function pulseOf(signal?: AbortSignal): Pulse {
  let last = performance.now();
  return () => {
    if (signal?.aborted) throw new Stopped();
    if (performance.now() - last < sliceMs) return null;
    return breathe().then(() => {
      last = performance.now();
      if (signal?.aborted) throw new Stopped();
    });
  };
}
