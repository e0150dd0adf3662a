import type pg from "pg";
import type { Task } from "#prisma/generated/client.ts";
import type { OtherSide, Version } from "./compared.ts";
import type { FindingSink } from "./finding-sink.ts";
import type { Pulse } from "./pulse.ts";
import type { Policy } from "./schema.ts";

/** What every check of one report works with. */
export type Look = {
  version: Version;
  /** its rows, for SQL (`versionRows`) */
  rows: string;
  task: Task | null;
  /** one of a bounded set of labels per row */
  classification: boolean;
  /** answers are free text */
  generative: boolean;
  policy: Policy;
  others: readonly OtherSide[];
  /** reads; without the time limit of pages */
  reader: pg.Client;
  sink: FindingSink;
  pulse: Pulse;
  /** what could not be done, and why; by check */
  skipped: Map<string, string>;
  /** further figures by check */
  figures: Map<string, Record<string, number | string>>;
  /** how it was done, in words */
  methods: string[];
  /** rows of this version with a partner in another one, by its id */
  partners: Map<string, { exact: number; near: number }>;
  tell: (done: number, total: number) => void;
};

export function note(look: Look, check: string, figures: Record<string, number | string>): void {
  look.figures.set(check, { ...look.figures.get(check), ...figures });
}
