import { z } from "zod";
import { AppError } from "#lib/core/errors.ts";
import type { Position } from "#lib/formats/types.ts";
import { ContentHash } from "./content-hash.ts";
import { maxLabels } from "./labels.ts";
import type { ImportReport } from "./schema.ts";

/** More rejected rows than this are counted, but not kept. */
export const keptRejections = 10_000;
/** The first rows decide whether the import is worth going on with. */
const judgedRows = 1_000;

/**
 * How far an import has come. Committed in one transaction with the rows and rejections before it, so that a killed import goes on
 * behind the last committed row: nothing is read twice, nothing is missing.
 */
export const Checkpoint = z.object({
  /** where the next row begins in the source */
  offset: z.number(),
  line: z.number(),
  /** in an archive: which file, and how many bytes of the stored file lie before */
  member: z.number().optional(),
  read: z.number().optional(),
  rows: z.number(),
  holdout: z.number(),
  labelled: z.number(),
  inputChars: z.number(),
  rejected: z.number(),
  rejectedByCode: z.array(z.tuple([z.string(), z.number()])),
  /** first rejection, for the message of an import that stops */
  firstRejection: z.string().nullable(),
  /** label -> [rows, of them held out]; null once there were more than `maxLabels` */
  labels: z.array(z.tuple([z.string(), z.number(), z.number()])).nullable(),
  /** `ContentHash` of the rows so far */
  contentHash: z.string(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** Counts what an import sees. Its whole state is a `Checkpoint`. */
export class Tally {
  rows = 0;
  holdout = 0;
  labelled = 0;
  inputChars = 0;
  rejected = 0;
  #byCode = new Map<string, number>();
  #firstRejection: string | null = null;
  #labels: Map<string, { rows: number; holdout: number }> | null = new Map();
  #hash = new ContentHash();

  /** @throws AppError INVALID when the import had already been found to be mostly bad */
  constructor(from: Checkpoint | null) {
    if (!from) return;
    this.rows = from.rows;
    this.holdout = from.holdout;
    this.labelled = from.labelled;
    this.inputChars = from.inputChars;
    this.rejected = from.rejected;
    this.#byCode = new Map(from.rejectedByCode);
    this.#firstRejection = from.firstRejection;
    this.#labels = from.labels && new Map(from.labels.map(([label, rows, holdout]) => [label, { rows, holdout }]));
    this.#hash = new ContentHash(from.contentHash);
    // Killed between its verdict and its end, an import must not slip past the verdict.
    if (this.rows + this.rejected === judgedRows) this.#judge();
  }

  /** @throws AppError INVALID at the 1,000th row of a file that is mostly bad */
  row(input: string, output: string | null, holdout: boolean): void {
    this.rows += 1;
    if (this.rows + this.rejected === judgedRows) this.#judge();
    if (holdout) this.holdout += 1;
    this.inputChars += input.length;
    this.#hash.row(input, output, holdout);
    if (output === null) return;
    this.labelled += 1;
    if (!this.#labels) return;
    const count = this.#labels.get(output);
    if (count) {
      count.rows += 1;
      if (holdout) count.holdout += 1;
    } else if (this.#labels.size >= maxLabels) {
      this.#labels = null;
    } else {
      this.#labels.set(output, { rows: 1, holdout: holdout ? 1 : 0 });
    }
  }

  /** @throws AppError INVALID at the 1,000th row of a file that is mostly bad */
  rejection(code: string, line: number, reason: string): void {
    this.rejected += 1;
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
    this.#firstRejection ??= `line ${line}: ${reason}`;
    if (this.rows + this.rejected === judgedRows) this.#judge();
  }

  /** Equal rows have equal hashes, whatever their order and the file around them. */
  get contentHash(): string {
    return this.#hash.toString();
  }

  /**
   * Called at the end of the file. @throws AppError INVALID when it held no row, or was shorter than 1,000 rows and mostly bad.
   */
  end(): void {
    if (this.rows + this.rejected === 0) {
      throw new AppError("INVALID", "The file has no data rows.", {
        todo: "Upload a file with at least one row below its header.",
      });
    }
    if (this.rows + this.rejected < judgedRows) this.#judge();
  }

  /** Stops an import that cannot be meant: more than half of the first 1,000 rows (of all, in a shorter file) are rejected. */
  #judge(): void {
    const seen = this.rows + this.rejected;
    if (this.rejected * 2 <= seen) return;
    const [code] = [...this.#byCode].sort((a, b) => b[1] - a[1])[0] ?? [];
    throw new AppError("INVALID", `${this.rejected} of the first ${seen} rows were rejected.`, {
      where: `First, ${this.#firstRejection}`,
      todo: code === "missing_input" ? "Map another column as the input." : "Correct the file and upload it again.",
    });
  }

  checkpoint({ offset, line, member, read }: Position): Checkpoint {
    return {
      offset,
      line,
      ...(member === undefined ? {} : { member }),
      ...(read === undefined ? {} : { read }),
      rows: this.rows,
      holdout: this.holdout,
      labelled: this.labelled,
      inputChars: this.inputChars,
      rejected: this.rejected,
      rejectedByCode: [...this.#byCode],
      firstRejection: this.#firstRejection,
      labels: this.#labels && [...this.#labels].map(([label, { rows, holdout }]) => [label, rows, holdout]),
      contentHash: this.contentHash,
    };
  }

  /** What the version keeps of the import, without what only the database can count. */
  report(): ImportReport {
    const labels = [...(this.#labels ?? [])]
      .map(([label, count]) => ({ label, ...count }))
      .sort((a, b) => b.rows - a.rows);
    return {
      warnings: [],
      rejectedByCode: Object.fromEntries(this.#byCode) as ImportReport["rejectedByCode"],
      labels,
      manyAnswers: this.#labels === null,
    };
  }
}
