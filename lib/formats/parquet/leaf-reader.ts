import type { DecodedArray, PageHeader } from "hyparquet";
import { assembleLists } from "hyparquet/src/assemble.js";
import { parquetHeader } from "hyparquet/src/column.js";
import type { RandomAccess } from "../containers/container.ts";
import { codecs } from "./codecs.ts";
import { readRuns, widthOf } from "./levels.ts";
import { alone, dictionaryOf, type Leaf, type Levels, levelsV1, type Values, valuesOf } from "./page.ts";
import { walkThrift } from "./thrift-size.ts";

/** Larger pages are not read: writers aim at 1 MB; one longest row and its neighbours fit. */
const maxPageBytes = 64 * 1024 * 1024;
const maxPageValues = 4_000_000;
/** A page's header holds its smallest and largest value, which may be long texts. */
const maxHeaderBytes = 4 * 1024 * 1024;
const firstHeaderBytes = 16 * 1024;

/** So many values are put together to rows at once. */
const assembledAtOnce = 4_096;

type Page = { levels: Levels; values: Values; count: number; at: number; valueAt: number };

/** Reads one column of one row group page by page; no more than a page and its dictionary are in memory. */
export class LeafReader {
  readonly leaf: Leaf;
  readonly #source: RandomAccess;
  readonly #end: number;
  #at: number;
  #dictionary: DecodedArray | null = null;
  #valuesLeft: number;
  /** the page at hand: what is not yet put together to rows */
  #page: Page | null = null;
  /** rows that are ready */
  #rows: unknown[] = [];
  #taken = 0;

  constructor(source: RandomAccess, leaf: Leaf) {
    const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size, num_values } = leaf.meta;
    this.leaf = leaf;
    this.#source = source;
    this.#at = Number(dictionary || data);
    this.#end = this.#at + Number(total_compressed_size);
    this.#valuesLeft = Number(num_values);
  }

  get ready(): number {
    return this.#rows.length - this.#taken;
  }

  /** Takes rows that are ready. */
  take(count: number): unknown[] {
    const rows = this.#rows.slice(this.#taken, this.#taken + count);
    this.#taken += rows.length;
    return rows;
  }

  /** Decodes pages until at least one row is ready. @throws Error when the column ends before */
  async fill(): Promise<void> {
    while (this.whole === 0) {
      if (this.#page) this.#assemble(this.#page);
      else if (this.#isOver) throw new Error("a column has fewer rows than the file claims");
      else await this.#nextPage();
    }
  }

  get #isOver(): boolean {
    return this.#page === null && (this.#at >= this.#end || this.#valuesLeft <= 0);
  }

  /** How many rows may be given away now: the last one of a nested column may go on in what follows. */
  get whole(): number {
    return this.leaf.maxRepetition > 0 && !this.#isOver ? Math.max(0, this.ready - 1) : this.ready;
  }

  async #bytes(from: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const chunk of this.#source.read(from, from + length)) {
      bytes.set(chunk.subarray(0, length - filled), filled);
      filled = Math.min(length, filled + chunk.length);
    }
    if (filled < length) throw new Error("a page lies outside of the file");
    return bytes;
  }

  async #header(): Promise<PageHeader> {
    for (let size = firstHeaderBytes; ; size *= 16) {
      const length = Math.min(size, this.#end - this.#at);
      const bytes = await this.#bytes(this.#at, length);
      try {
        const end = walkThrift(bytes, 0, 10_000);
        const header = parquetHeader({ view: new DataView(bytes.buffer, 0, end), offset: 0 });
        this.#at += end;
        return header;
      } catch (error) {
        if (length === this.#end - this.#at || size >= maxHeaderBytes) throw error;
      }
    }
  }

  async #nextPage(): Promise<void> {
    const header = await this.#header();
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && packed <= this.#end - this.#at)) throw new Error("a page is larger than its column");
    if (!(unpacked >= 0 && unpacked <= maxPageBytes) || packed > maxPageBytes) {
      throw new Error(`a page claims ${Math.max(unpacked, packed)} bytes; at most ${maxPageBytes} are read at once`);
    }
    const counts = [header.data_page_header, header.data_page_header_v2, header.dictionary_page_header];
    const values = counts.find((part) => part !== undefined)?.num_values ?? 0;
    if (!(values >= 0 && values <= maxPageValues)) {
      throw new Error(`a page claims ${values} values; at most ${maxPageValues} are read at once`);
    }
    const bytes = await this.#bytes(this.#at, packed);
    this.#at += packed;
    if (header.type === "DICTIONARY_PAGE") {
      this.#dictionary = dictionaryOf(this.leaf, this.#unpack(bytes, unpacked), values);
    } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
      this.#valuesLeft -= values;
      if (this.#valuesLeft < 0) throw new Error("a column has more values than the file claims");
      if (values > 0) this.#decode(header, bytes, values);
    }
    // Index pages and whatever else is there are passed over.
  }

  #unpack(packed: Uint8Array, bytes: number): Uint8Array {
    const page = alone(codecs.get(this.leaf.meta.codec)?.(packed, bytes) ?? packed);
    if (page.length !== bytes) throw new Error("a page does not unpack to what it claims");
    return page;
  }

  #decode(header: PageHeader, bytes: Uint8Array, count: number): void {
    const { leaf } = this;
    const v2 = header.data_page_header_v2;
    let page: Uint8Array;
    let levels: Levels;
    if (v2) {
      const { repetition_levels_byte_length: repetitionBytes, definition_levels_byte_length: definitionBytes } = v2;
      const start = repetitionBytes + definitionBytes;
      if (!(repetitionBytes >= 0 && definitionBytes >= 0 && start <= bytes.length))
        throw new Error("a page ends too early");
      const read = (most: number, from: number, to: number) =>
        most === 0 ? null : readRuns({ bytes: bytes.subarray(from, to), at: 0 }, widthOf(most), count);
      levels = {
        repetition: read(leaf.maxRepetition, 0, repetitionBytes),
        definition: read(leaf.maxDefinition, repetitionBytes, start),
        at: 0,
      };
      const rest = bytes.subarray(start);
      page = v2.is_compressed === false ? alone(rest) : this.#unpack(rest, header.uncompressed_page_size - start);
    } else {
      page = this.#unpack(bytes, header.uncompressed_page_size);
      levels = levelsV1(leaf, page, count);
    }
    let present = count;
    if (levels.definition) for (const level of levels.definition) if (level !== leaf.maxDefinition) present -= 1;
    const encoding = (v2 ?? header.data_page_header)?.encoding ?? "PLAIN";
    const values = valuesOf(leaf, page, levels.at, present, encoding, this.#dictionary);
    this.#page = { levels, values, count, at: 0, valueAt: 0 };
  }

  /** Puts the next part of the page together to rows. */
  #assemble(page: Page): void {
    const { levels, values } = page;
    const from = page.at;
    const to = Math.min(page.count, from + assembledAtOnce);
    const definition = levels.definition?.subarray(from, to) ?? null;
    const repetition = levels.repetition?.subarray(from, to) ?? null;
    let present = to - from;
    if (definition) for (const level of definition) if (level !== this.leaf.maxDefinition) present -= 1;
    const part = values(page.valueAt, page.valueAt + present);
    page.at = to;
    page.valueAt += present;
    if (to === page.count) this.#page = null;

    const rest = this.#rows.slice(this.#taken);
    this.#taken = 0;
    if (!repetition && !definition) {
      this.#rows = rest.concat(Array.from(part as ArrayLike<unknown>));
      return;
    }
    const continued = (repetition?.[0] ?? 0) > 0;
    if (continued && rest.length === 0) throw new Error("a page goes on with a row that never began");
    const last = continued ? [rest.pop()] : [];
    // Both are only read; the library's types want plain arrays.
    const added = assembleLists(
      last,
      (definition ?? []) as unknown as number[],
      (repetition ?? []) as unknown as number[],
      part,
      this.leaf.path,
    );
    this.#rows = rest.concat(Array.from(added as ArrayLike<unknown>));
  }
}
