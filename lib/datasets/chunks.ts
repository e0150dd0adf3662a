import { AppError } from "#lib/core/errors.ts";
import type { RandomAccess } from "#lib/formats/open-source.ts";
import { readRows } from "#lib/formats/read-rows.ts";
import {
  type Batch,
  keptTextChars,
  type Position,
  type Rejection,
  type Sniffed,
  type SourceRecord,
} from "#lib/formats/types.ts";
import { type Chunk, copyRejection, copyRow, type Target } from "./load.ts";
import { columnsOf, makeRow } from "./row.ts";
import type { ColumnMapping } from "./schema.ts";
import { placeInput } from "./split.ts";
import { type Checkpoint, keptRejections, Tally } from "./tally.ts";

/** A chunk is written when it has so many bytes of COPY text: large enough to be fast, small enough to stay in memory three times. */
const chunkBytes = 2 * 1024 * 1024;

export type ImportPlan = {
  target: Target;
  how: Sniffed;
  mapping: ColumnMapping;
  holdoutFraction: number;
  from: Checkpoint | null;
};

/** Records and rejections of a batch in the order of the file. */
function* inOrder({ records, rejections }: Batch): Generator<SourceRecord | Rejection> {
  let next = 0;
  for (const record of records) {
    for (let bad = rejections[next]; bad && bad.offset < record.offset; bad = rejections[next]) {
      yield bad;
      next += 1;
    }
    yield record;
  }
  yield* rejections.slice(next);
}

/** Turns the bytes of a source into COPY chunks, each with the checkpoint behind it. One per import. */
export class Chunker {
  readonly tally: Tally;
  readonly #plan: ImportPlan;
  /** COPY text of the current batch; packed into bytes at its end, so that its many strings die young */
  #rows: string[] = [];
  #rejections: string[] = [];
  #packed: Pick<Chunk, "rows" | "rejections"> = { rows: [], rejections: [] };
  #bytes = 0;

  constructor(plan: ImportPlan) {
    this.#plan = plan;
    this.tally = new Tally(plan.from);
  }

  /** @throws AppError INVALID when the file is mostly bad or damaged, LIMIT for an archive that unpacks to too much */
  async *chunks(source: RandomAccess): AsyncGenerator<Chunk> {
    const { how, mapping, from } = this.#plan;
    const start: Position = from ?? how.start;
    let end = start;
    const batches = readRows(source, how, from, columnsOf(mapping));
    try {
      for await (const batch of batches) {
        if (batch.rejections.length === 0) for (const record of batch.records) this.#add(record, batch.holdout);
        else for (const item of inOrder(batch)) this.#add(item, batch.holdout);
        this.#pack();
        end = batch.next;
        if (this.#bytes >= chunkBytes) yield this.#take(end);
      }
      this.tally.end();
    } catch (error) {
      // The reasons gathered so far are what a person needs to see.
      if (error instanceof AppError) yield this.#take(end);
      throw error;
    }
    yield this.#take(end);
  }

  /** @param side what the file's own split says; undefined: the text decides */
  #add(item: SourceRecord | Rejection, side: boolean | undefined): void {
    if ("code" in item) {
      this.#reject(item);
      return;
    }
    const made = makeRow(item, this.#plan.mapping);
    if ("code" in made) {
      this.#reject({ line: item.line, offset: item.offset, ...made, text: item.text.slice(0, keptTextChars) });
      return;
    }
    const { input, output } = made;
    const { holdout: drawn, inputHash } = placeInput(input, this.#plan.holdoutFraction);
    const holdout = side ?? drawn;
    this.tally.row(input, output, holdout);
    this.#rows.push(copyRow(this.#plan.target.line, this.tally.rows, { input, output, holdout, inputHash }));
  }

  #reject(rejection: Rejection): void {
    this.tally.rejection(rejection.code, rejection.line, rejection.reason);
    if (this.tally.rejected > keptRejections) return;
    const line = copyRejection(this.#plan.target.id, this.tally.rejected, rejection);
    this.#rejections.push(line);
  }

  #pack(): void {
    for (const kind of ["rows", "rejections"] as const) {
      const lines = kind === "rows" ? this.#rows : this.#rejections;
      if (lines.length === 0) continue;
      const bytes = Buffer.from(lines.join(""));
      this.#packed[kind].push(bytes);
      this.#bytes += bytes.length;
    }
    this.#rows = [];
    this.#rejections = [];
  }

  #take(end: Position): Chunk {
    this.#pack();
    const chunk = { ...this.#packed, checkpoint: this.tally.checkpoint(end) };
    this.#packed = { rows: [], rejections: [] };
    this.#bytes = 0;
    return chunk;
  }
}
