import type { Judged } from "./answer.ts";

export type PendingRow = { position: number; input: string };
export type Intent = { position: number; reservedMicros: number };

/** How a row ended. `held`: the answer is unknown and the run's policy is not to ask again. */
export type ResultStatus = Judged["status"] | "invalid_response" | "request_error" | "held";

export type ResultRow = {
  position: number;
  status: ResultStatus;
  /** null unless ok */
  answer: string | null;
  raw: string;
  error: string | null;
  inputTokens: number;
  outputTokens: number;
  estimated: boolean;
  costMicros: number;
  latencyMs: number;
  attempts: number;
};

/**
 * Where the engine reads rows and writes what became of them. Every method may be called again with the same content after a
 * failure, and throws something that is no passing fault once another worker holds the run.
 */
export type Ledger = {
  /** rows without a result behind position `after`, ascending; fewer than `limit`: there are no more */
  next(after: number, limit: number): Promise<PendingRow[]>;
  /** one transaction: answers that came in, and intents of what is sent next */
  write(results: ResultRow[], intents: Intent[]): Promise<void>;
  /** takes back intents of this claim whose request certainly never reached the model */
  release(positions: number[]): Promise<void>;
};
