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
import { RepeatCount } from "./repeat-count.ts";
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

const slabBytes = 256 * 1024;

/** Texts as UTF-8, written into large buffers one by one, so that their many strings die young. */
class Packer {
  bytes = 0;
  #full: Buffer[] = [];
  #slab = Buffer.alloc(0);
  #used = 0;

  add(text: string): void {
    // No UTF-16 unit takes more than three bytes.
    const most = text.length * 3;
    if (this.#used + most > this.#slab.length) {
      this.#close();
      this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, most));
    }
    const written = this.#slab.write(text, this.#used, "utf8");
    this.#used += written;
    this.bytes += written;
  }

  #close(): void {
    if (this.#used > 0) this.#full.push(this.#slab.subarray(0, this.#used));
    this.#slab = Buffer.alloc(0);
    this.#used = 0;
  }

  /** What was added since the last time. */
  take(): Buffer[] {
    this.#close();
    const taken = this.#full;
    this.#full = [];
    this.bytes = 0;
    return taken;
  }
}

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
  readonly #repeats: RepeatCount | null;
  readonly #plan: ImportPlan;
  readonly #rows = new Packer();
  readonly #rejections = new Packer();

  constructor(plan: ImportPlan) {
    this.#plan = plan;
    this.tally = new Tally(plan.from);
    this.#repeats = plan.from ? null : new RepeatCount();
  }

  /** Repeated inputs of the whole import; null when only the database can tell: it began in another process, or was too large. */
  get repeats(): RepeatCount["counts"] {
    return this.#repeats?.counts ?? null;
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
        end = batch.next;
        if (this.#rows.bytes + this.#rejections.bytes >= chunkBytes) yield this.#take(end);
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
    const { holdout: drawn, inputHash, high, low } = placeInput(input, this.#plan.holdoutFraction);
    this.#repeats?.add(high, low, output);
    const holdout = side ?? drawn;
    this.tally.row(input, output, holdout);
    this.#rows.add(copyRow(this.#plan.target.line, this.tally.rows, { input, output, holdout, inputHash }));
  }

  #reject(rejection: Rejection): void {
    this.tally.rejection(rejection.code, rejection.line, rejection.reason);
    if (this.tally.rejected > keptRejections) return;
    const line = copyRejection(this.#plan.target.id, this.tally.rejected, rejection);
    this.#rejections.add(line);
  }

  #take(end: Position): Chunk {
    return { rows: this.#rows.take(), rejections: this.#rejections.take(), checkpoint: this.tally.checkpoint(end) };
  }
}
