import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { tarGzOf, zipOf } from "../containers/pack.testing.ts";
import { readAll, readFrom } from "../read.testing.ts";

type Options = Partial<Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">>;
const fileOf = (columnData: ColumnSource[], options: Options = {}): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData, ...options }));

const count = 3_000;
const words = Array.from({ length: count }, (_, index) => `Ticket ${index}, é€😀 ${"more ".repeat(index % 7)}`);
const labels = Array.from({ length: count }, (_, index) => (index % 10 === 3 ? null : `label_${index % 4}`));
const plainFile = (options: Options = {}) =>
  fileOf(
    [
      { name: "text", data: words, type: "STRING" },
      { name: "label", data: labels, type: "STRING" },
    ],
    options,
  );
const pairs = words.map((word, index) => [word, labels[index]]);

const chatSchema: SchemaElement[] = [
  { name: "root", num_children: 2 },
  { name: "id", type: "INT64", repetition_type: "OPTIONAL" },
  { name: "messages", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
  { name: "role", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
];
const chats = Array.from({ length: 700 }, (_, index) => [
  ...Array.from({ length: index % 4 }, (_, turn) => [
    { role: "user", content: `question ${index}.${turn}` },
    { role: "assistant", content: `answer ${index}.${turn}` },
  ]).flat(),
  { role: "user", content: `Say "${index}"` },
  { role: "assistant", content: `${index}` },
]);
const chatFile = (options: Options = {}) =>
  fileOf(
    [
      { name: "id", data: chats.map((_, index) => BigInt(index)) },
      { name: "messages", data: chats },
    ],
    { schema: chatSchema, ...options },
  );

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

describe("Parquet", () => {
  it.each([
    ["UNCOMPRESSED", undefined],
    ["SNAPPY", undefined],
    ["GZIP", (bytes: Uint8Array) => gzipSync(bytes)],
    ["BROTLI", (bytes: Uint8Array) => brotliCompressSync(bytes)],
    ["ZSTD", (bytes: Uint8Array) => zstdCompressSync(bytes)],
  ] as const)("reads texts packed with %s, over many pages and row groups", async (codec, pack) => {
    const options = {
      codec,
      rowGroupSize: [100, 900],
      pageSize: 4_000,
      ...(pack ? { compressors: { [codec]: pack } } : {}),
    };
    const read = await readAll(plainFile(options));
    expect(read.how).toMatchObject({ format: "parquet", container: "none" });
    expect(read.columns).toEqual(["text", "label"]);
    expect(read.records.map(({ values }) => values)).toEqual(pairs);
    expect(read.records[7]).toMatchObject({ line: 8, offset: 7 });
  });

  it.each(["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"] as const)(
    "reads the encoding %s",
    async (encoding) => {
      const file = fileOf([
        { name: "text", data: words, type: "STRING", encoding },
        { name: "label", data: labels, type: "STRING" },
      ]);
      expect((await readAll(file)).records.map(({ values }) => values)).toEqual(pairs);
    },
  );

  it("reads numbers, dates, booleans and JSON as text", async () => {
    const read = await readAll(
      fileOf([
        { name: "text", data: ["a", "b"], type: "STRING" },
        { name: "int", data: [1, -2], type: "INT32" },
        { name: "delta", data: [7, 9], type: "INT32", encoding: "DELTA_BINARY_PACKED" },
        { name: "long", data: [5n, 2n ** 60n], type: "INT64" },
        { name: "double", data: [0.5, -1e300], type: "DOUBLE" },
        { name: "yes", data: [true, false], type: "BOOLEAN" },
        { name: "json", data: [{ a: [1] }, null], type: "JSON" },
        { name: "at", data: [new Date(0), new Date(86_400_000)], type: "TIMESTAMP" },
        { name: "__proto__", data: ["p", "q"], type: "STRING" },
      ]),
    );
    expect(read.columns).toContain("__proto__");
    expect(read.records.map(({ values }) => values)).toEqual([
      ["a", "1", "7", "5", "0.5", "true", '{"a":[1]}', "1970-01-01T00:00:00.000Z", "p"],
      ["b", "-2", "9", "1152921504606846976", "-1e+300", "false", null, "1970-01-02T00:00:00.000Z", "q"],
    ]);
  });

  it("reads conversations, whose rows go on from page to page", async () => {
    for (const options of [{}, { pageSize: 500, rowGroupSize: 150 }]) {
      const read = await readAll(chatFile(options), { columns: ["id", "output", "messages.0.content"] });
      expect(read.how.shape).toBe("openai-chat");
      expect(read.records.map(({ values }) => values)).toEqual(
        chats.map((chat, index) => [`${index}`, `${index}`, chat[0]?.content]),
      );
    }
  });

  it("gives integer labels the names that Hugging Face wrote into the file", async () => {
    const features = { label: { names: ["no", "yes"], _type: "ClassLabel" }, text: { _type: "Value" } };
    const kvMetadata = [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }];
    const file = fileOf(
      [
        { name: "text", data: ["a", "b", "c"], type: "STRING" },
        { name: "label", data: [1n, 0n, -1n], type: "INT64" },
      ],
      { kvMetadata },
    );
    expect((await readAll(file)).records.map(({ values }) => values)).toEqual([
      ["a", "yes"],
      ["b", "no"],
      ["c", null],
    ]);
  });

  it("goes on at any row", async () => {
    for (const file of [
      plainFile({ rowGroupSize: 700, pageSize: 3_000 }),
      chatFile({ rowGroupSize: 150, pageSize: 700 }),
    ]) {
      const whole = await readAll(file);
      const some = whole.stops.filter((_, index) => index % Math.ceil(whole.stops.length / 5) === 0);
      const stops = [...some, { offset: 1, line: 2 }, { offset: 149, line: 150 }, { offset: 151, line: 152 }];
      expect(stops.length).toBeGreaterThan(5);
      for (const stop of stops) {
        const rest = await readFrom(file, stop);
        expect(rest.records.map(({ values }) => values)).toEqual(
          whole.records.filter(({ offset }) => offset >= stop.offset).map(({ values }) => values),
        );
      }
    }
  });

  it("is read inside of archives", async () => {
    const files = { "data/train-0.parquet": plainFile(), "data/test-0.parquet": plainFile({ rowGroupSize: 100 }) };
    for (const file of [zipOf(files), await tarGzOf(files)]) {
      const read = await readAll(file);
      expect(read.records.map(({ values }) => values)).toEqual([...pairs, ...pairs]);
      expect(read.how.members.map(({ split }) => split)).toEqual(["train", "test"]);
      const from = read.stops.find(({ offset, member }) => offset === 1_000 && member === 1);
      expect((await readFrom(file, from ?? { offset: 0, line: 1 })).records).toHaveLength(2_000);
    }
  });

  it("rejects a row that is too long alone", async () => {
    const file = fileOf([{ name: "input", data: ["a", "x".repeat(3 << 20), "y".repeat(550_000)], type: "STRING" }]);
    const read = await readAll(file);
    expect(read.records.map(({ values }) => values[0]?.length)).toEqual([1, 550_000]);
    expect(read.rejections).toMatchObject([{ code: "too_long", line: 2 }]);
    expect(read.rejections[0]?.text).toHaveLength(2_000);
  });
});

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
