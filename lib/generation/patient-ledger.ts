import { fullJitter } from "./health.ts";
import type { Ledger } from "./ledger.ts";

/**
 * A ledger whose calls wait for the database instead of failing: repeated with backoff (0.1 to 2.1 s) while the error is passing.
 * Callers hold what they write, so a pause of the database is back-pressure and nothing else. Gives up once `over()`.
 */
export function patient(
  ledger: Ledger,
  on: { isPassing(error: unknown): boolean; away(isAway: boolean): void; over(): boolean },
): Ledger {
  async function insist<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        const done = await work();
        if (failures > 0) on.away(false);
        return done;
      } catch (error) {
        if (on.over() || !on.isPassing(error)) throw error;
        on.away(true);
        await new Promise((again) => setTimeout(again, 100 + fullJitter(250, 2_000, failures)));
      }
    }
  }
  return {
    next: (after, limit) => insist(() => ledger.next(after, limit)),
    write: (results, intents) => insist(() => ledger.write(results, intents)),
    release: (positions) => insist(() => ledger.release(positions)),
  };
}
