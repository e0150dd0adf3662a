import type { ChatClient, ChatRequest } from "#lib/llm/client.ts";
import type { Answer, FailureClass } from "#lib/llm/outcome.ts";
import { costMicros, type Price } from "#lib/llm/price.ts";
import { tokenCeiling } from "#lib/llm/tokens.ts";
import type { Judged } from "./answer.ts";
import type { Ledger, PendingRow } from "./ledger.ts";
import type { Meter } from "./meter.ts";

export type EngineOptions = {
  ledger: Ledger;
  client: Pick<ChatClient, "chat">;
  /** requests in flight at most */
  concurrency: number;
  price: Price;
  /** hard limit in micro-dollars for the whole run, or null */
  capMicros: number | null;
  /** already spent by this run, unknown answers counted at their reservation */
  spentMicros: number;
  /** what becomes of a row whose answer is unknown after a time-out or a broken connection */
  policy: "retry" | "hold";
  request(row: PendingRow): ChatRequest;
  judge(answer: Answer): Judged;
  /** whether a ledger error means "away, try again" */
  isPassing(error: unknown): boolean;
  /** stops the engine; calls in flight get `drainMs()` to come back. With reason "lost" nothing is written any more */
  signal: AbortSignal;
  drainMs(): number;
  /** rows read ahead at a time */
  readAhead: number;
  /** end as `fatal` when the endpoint has not answered for so long; null: wait for ever */
  giveUpAfterMs: number | null;
  /** scales the waits between attempts; tests go faster */
  pace?: number;
};

/** `done`: every row has a result. `stopped`: by the signal. The others wait for a person. */
export type EngineEnd =
  | { end: "done" | "stopped" | "budget" }
  | { end: "funds"; message: string }
  | { end: "fatal"; class: FailureClass; message: string };

export type Engine = { finished: Promise<EngineEnd>; meter: Meter };

/** What a request can cost at the most: a token per byte of the prompt, and an answer as long as allowed. */
export function mostMicros(request: ChatRequest, price: Price): number {
  const format = request.responseFormat ? JSON.stringify(request.responseFormat).length : 0;
  const bytes = request.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), format);
  return costMicros(price, tokenCeiling(bytes, request.messages.length), request.maxTokens);
}
