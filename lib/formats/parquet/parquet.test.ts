import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarGzOf, zipOf } from "../containers/pack.testing.ts";
import { readAll, readFrom } from "../read.testing.ts";
import { chatFile, chats, fileOf, labels, pairs, plainFile, words } from "./parquet.testing.ts";

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
