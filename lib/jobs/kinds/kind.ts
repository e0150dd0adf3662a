import type { z } from "zod";

/** What the runtime and the pages need to know about one kind of run. */
export type KindOf<P extends z.ZodType, R extends z.ZodType> = {
  /** frozen inputs on the run; ids and settings only, never bulk data */
  payload: P;
  /** what it produced: ids and summary figures */
  result: R;
  /** whether a person may pause it and go on later */
  pausable: boolean;
  /** how many of this kind one worker process works on at a time */
  perWorker: number;
};

export function defineKind<P extends z.ZodType, R extends z.ZodType>(kind: KindOf<P, R>): KindOf<P, R> {
  return kind;
}
