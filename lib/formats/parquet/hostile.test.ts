import { type FileMetaData, parquetMetadata } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { readAll } from "../read.testing.ts";
import { chatSchema, chats, fileOf, plainFile, words } from "./parquet.testing.ts";

async function refusal(file: Uint8Array): Promise<AppError> {
  const error = await readAll(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error).toMatchObject({ code: "INVALID", detail: { todo: expect.any(String) } });
  return error;
}

/** The same file with another footer. */
function withFooter(file: Buffer, change: (meta: FileMetaData) => void): Buffer {
  const meta = parquetMetadata(new Uint8Array(file), { geoparquet: false });
  change(meta);
  const writer = new ByteWriter();
  writeMetadata(writer, meta);
  const footer = Buffer.from(writer.getBuffer());
  const size = file.readUInt32LE(file.length - 8);
  // The writer adds the length of what it wrote; the mark stays ours.
  const body = footer.subarray(0, footer.readUInt32LE(footer.length - 4));
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(body.length);
  tail.write("PAR1", 4, "latin1");
  return Buffer.concat([file.subarray(0, file.length - 8 - size), body, tail]);
}

// Hostile case 6.
describe("a hostile Parquet file is refused before anything large is allocated", () => {
  const file = plainFile();
  const first = (meta: FileMetaData) => {
    const column = meta.row_groups[0]?.columns[0]?.meta_data;
    if (!column) throw new Error("the file has no column");
    return column;
  };

  it("cut off, without footer, with a footer larger than the file", async () => {
    expect((await refusal(file.subarray(0, file.length - 20))).message).toMatch(/no footer/);
    expect((await refusal(Buffer.from("PAR1PAR1"))).message).toMatch(/no footer/);
    const long = Buffer.from(file);
    long.writeUInt32LE(0x7fffffff, long.length - 8);
    expect((await refusal(long)).message).toMatch(/footer is larger/);
  });

  const lies: [string, (meta: FileMetaData) => void, RegExp][] = [
    [
      "2^40 rows in all",
      (meta) => {
        meta.num_rows = 2n ** 40n;
      },
      /claims 1099511627776 rows/,
    ],
    [
      "2^40 rows in a group",
      (meta) => {
        meta.num_rows = 2n ** 40n;
        for (const group of meta.row_groups) group.num_rows = 2n ** 40n;
      },
      /claims 1099511627776 rows/,
    ],
    [
      "more rows than there are",
      (meta) => {
        meta.num_rows += 5_000_000n;
        for (const group of meta.row_groups.slice(-1)) group.num_rows += 5_000_000n;
      },
      /fewer rows/,
    ],
    [
      "a codec that nobody reads",
      (meta) => {
        first(meta).codec = "LZO";
      },
      /packed with LZO/,
    ],
    [
      "a column outside of the file",
      (meta) => {
        first(meta).data_page_offset = 2n ** 40n;
      },
      /outside of the file/,
    ],
    [
      "a column of 2^40 bytes",
      (meta) => {
        first(meta).total_compressed_size = 2n ** 40n;
      },
      /outside of the file/,
    ],
  ];
  it.each(lies)("%s", async (_name, change, message) => {
    const hostile = withFooter(file, (meta) => {
      first(meta).dictionary_page_offset = undefined;
      change(meta);
    });
    expect((await refusal(hostile)).message).toMatch(message);
  });

  it("a tree of columns that does not end", async () => {
    const hostile = Buffer.from(file);
    const at = hostile.lastIndexOf("root") + 5;
    expect(hostile[at]).toBe(2 * 2);
    hostile[at] = 2 * 63;
    expect((await refusal(hostile)).message).toMatch(/tree/);
  });

  it("a footer that lists a billion things in a few bytes", async () => {
    // field 2, a list of 2^30 structures of which none is there, and one of 2 million that are
    for (const footer of [
      Buffer.from([0x29, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x04]),
      Buffer.concat([Buffer.from([0x29, 0xfc, 0x80, 0x89, 0x7a]), Buffer.alloc(2_000_000)]),
      Buffer.alloc(100_000, 0x1c),
    ]) {
      const tail = Buffer.alloc(8);
      tail.writeUInt32LE(footer.length);
      tail.write("PAR1", 4, "latin1");
      const hostile = Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(64), footer, tail]);
      expect((await refusal(hostile)).message).toMatch(/lists too much|nested too deeply/);
    }
  });

  /** A file of one column and one page with this header. */
  function onePage(header: Parameters<typeof writePageHeader>[1], bytes: Buffer, rows: number): Buffer {
    const writer = new ByteWriter();
    writePageHeader(writer, header);
    const page = Buffer.concat([Buffer.from(writer.getBuffer()), bytes]);
    const small = fileOf([{ name: "input", data: ["a", "b"], type: "STRING", nullable: false }], {
      codec: "UNCOMPRESSED",
    });
    return withFooter(Buffer.concat([Buffer.from("PAR1"), page, small.subarray(4)]), (meta) => {
      const column = first(meta);
      column.data_page_offset = 4n;
      column.dictionary_page_offset = undefined;
      column.total_compressed_size = BigInt(page.length);
      column.num_values = BigInt(rows);
      meta.num_rows = BigInt(rows);
      for (const group of meta.row_groups) group.num_rows = BigInt(rows);
    });
  }
  const dictionary = { num_values: 2 ** 30, encoding: "PLAIN" as const };

  it.each([
    [
      "a dictionary of 2 GB",
      {
        type: "DICTIONARY_PAGE" as const,
        uncompressed_page_size: 2 ** 31 - 1,
        compressed_page_size: 8,
        dictionary_page_header: { ...dictionary, num_values: 1 },
      },
      /claims 2147483647 bytes/,
    ],
    [
      "a dictionary of 2^30 values",
      {
        type: "DICTIONARY_PAGE" as const,
        uncompressed_page_size: 8,
        compressed_page_size: 8,
        dictionary_page_header: dictionary,
      },
      /claims 1073741824 values/,
    ],
    [
      "a dictionary with more values than bytes",
      {
        type: "DICTIONARY_PAGE" as const,
        uncompressed_page_size: 8,
        compressed_page_size: 8,
        dictionary_page_header: { ...dictionary, num_values: 1_000_000 },
      },
      /more values than it has room for/,
    ],
    [
      "a page of negative size",
      { type: "DATA_PAGE" as const, uncompressed_page_size: 8, compressed_page_size: -5 },
      /larger than its column/,
    ],
  ])("%s", async (_name, header, message) => {
    expect((await refusal(onePage(header, Buffer.alloc(8), 10))).message).toMatch(message);
  });

  it("a run that claims to be 2^30 long gives no more than the page has", async () => {
    const writer = new ByteWriter();
    const bytes = Buffer.from([0, 0, 0, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x08, 0]);
    writePageHeader(writer, {
      type: "DICTIONARY_PAGE",
      uncompressed_page_size: 4,
      compressed_page_size: 4,
      dictionary_page_header: { num_values: 1, encoding: "PLAIN" },
    });
    const first = Buffer.concat([Buffer.from(writer.getBuffer()), bytes.subarray(0, 4)]);
    const second = new ByteWriter();
    const runs = bytes.subarray(4);
    writePageHeader(second, {
      type: "DATA_PAGE",
      uncompressed_page_size: runs.length,
      compressed_page_size: runs.length,
      data_page_header: {
        num_values: 100,
        encoding: "RLE_DICTIONARY",
        definition_level_encoding: "RLE",
        repetition_level_encoding: "RLE",
      },
    });
    const page = Buffer.concat([Buffer.from(second.getBuffer()), runs]);
    const whole = onePage(
      { type: "INDEX_PAGE", uncompressed_page_size: 0, compressed_page_size: 0 },
      Buffer.concat([first, page]),
      100,
    );
    const read = await readAll(whole);
    expect(read.records).toHaveLength(100);
  });

  it("any byte changed: read or refused, never anything else", async () => {
    const text = { name: "text", data: words.slice(0, 200), type: "STRING" as const };
    const talk = [
      { name: "id", data: chats.slice(0, 60).map((_, index) => BigInt(index)) },
      { name: "messages", data: chats.slice(0, 60) },
    ];
    const files = [fileOf([text], { pageSize: 2_000 }), fileOf(talk, { schema: chatSchema, pageSize: 1_000 })];
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 400; round += 1) {
      const bytes = Buffer.from(files[round % 2] as Buffer);
      const footer = bytes.readUInt32LE(bytes.length - 8) + 8;
      const at = round % 3 === 0 ? random(bytes.length) : bytes.length - 1 - random(footer);
      bytes[at] = random(256);
      const outcome = await readAll(bytes).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome, `byte ${at} of round ${round}`).toBeInstanceOf(AppError);
    }
  });
});
