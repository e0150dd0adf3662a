import { formatById, type Seen } from "./registry.ts";
import type { Shape } from "./shapes/shape.ts";
import type { ReadOptions, Sniffed } from "./sniffed.ts";
import type { Batch } from "./types.ts";

/** What a stored file is, how to read it, and its first rows. */
export type Inspected = {
  /** to be stored with the import */
  how: Sniffed;
  /** offered for mapping: those of the shape, then the fields as they are */
  columns: string[];
  shape: Shape | null;
  /** rows of the whole file, where it says so itself */
  rows: number | null;
  /** unpacked bytes of all data; an estimate for gzip */
  dataBytes: number;
  /** `sample` gives every row */
  complete: boolean;
  /** Rows of the beginning as an import would read them, without one that is cut off at the end of what was looked at. */
  sample(columns: string[]): AsyncGenerator<Batch>;
};

/** The head of the file whose rows are shown. */
type SampleHead = { bytes: Uint8Array; complete: boolean; seen: Seen };

const pieceBytes = 64 * 1024;

/** Rows of a head. Where the head is not the whole file its last piece is left out: a row may be cut off there. */
export async function* sampleHead(head: SampleHead, how: Sniffed, columns: string[]): AsyncGenerator<Batch> {
  const { bytes, complete } = head;
  const { start } = how;
  async function* pieces() {
    for (let at = start.offset; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  let whole = start.offset;
  for await (const batch of formatById(how.format).parse(pieces(), how, start, columns)) {
    if (!complete && whole > start.offset && batch.next.offset > bytes.length - pieceBytes) break;
    whole = batch.next.offset;
    yield batch;
  }
}

/** Everything that is kept of how a text file is read. */
export function sniffedOf(seen: Seen, options: ReadOptions): Sniffed {
  return {
    ...seen.how,
    container: "none",
    members: [],
    classes: [],
    shape: seen.shape?.id ?? null,
    options,
  };
}
