import type { Failure, FailureClass } from "#lib/llm/outcome.ts";
import type { ResultStatus } from "./ledger.ts";

/** How many failures a row survives, and how many answers that are no chat completion. */
const mostStrikes = 5;
const mostInvalid = 3;

/** Nothing will work until a person changes the teacher. */
export const fatalClasses: ReadonlySet<FailureClass> = new Set(["auth", "not_found", "redirect", "blocked_address"]);
/** The endpoint's fault rather than the row's. */
export const endpointFaults: ReadonlySet<FailureClass> = new Set(["timeout", "reset", "overloaded", "unreachable"]);

/**
 * store: the row ends here · again: after a while, as one strike, with `chargeMicros` counted for the attempt · requeue: as if it had
 * not been tried · unknown: its intent stays, so that the next claim lists it.
 */
export type Verdict =
  | { do: "store"; status: ResultStatus; chargeMicros: number }
  | { do: "again"; chargeMicros: number }
  | { do: "requeue" }
  | { do: "unknown" };

/**
 * What becomes of a row whose call failed. Pure.
 *
 * An attempt whose answer is unknown (time-out or broken connection after sending) is charged at its reservation, because the
 * endpoint may bill it. A row is only given up when the endpoint answered others since the row first failed: a burst of 500s of
 * any length loses nothing.
 */
export function decide(
  failure: Failure,
  row: { strikes: number; reservedMicros: number; othersAnswered: boolean },
  policy: "retry" | "hold",
): Verdict {
  const last = (most: number) => row.strikes + 1 >= most;
  switch (failure.class) {
    case "bad_request":
      return { do: "store", status: "request_error", chargeMicros: 0 };
    case "invalid_response":
      return last(mostInvalid)
        ? { do: "store", status: "invalid_response", chargeMicros: row.reservedMicros }
        : { do: "again", chargeMicros: row.reservedMicros };
    case "cancelled":
      return failure.sent ? { do: "unknown" } : { do: "requeue" };
    case "timeout":
    case "reset":
    case "overloaded":
    case "unreachable": {
      const ambiguous = failure.sent && (failure.class === "timeout" || failure.class === "reset");
      const chargeMicros = ambiguous ? row.reservedMicros : 0;
      if (ambiguous && policy === "hold") return { do: "store", status: "held", chargeMicros };
      if (last(mostStrikes) && row.othersAnswered) return { do: "store", status: "request_error", chargeMicros };
      return { do: "again", chargeMicros };
    }
    default:
      return { do: "requeue" };
  }
}
