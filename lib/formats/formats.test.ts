import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { splitLines } from "./lines.ts";
import { readAll, readFrom } from "./read.testing.ts";
import { maxRowBytes } from "./types.ts";

const values = async (file: string | Uint8Array) => (await readAll(file)).records.map((record) => record.values);
const rejected = async (file: string | Uint8Array) =>
  (await readAll(file)).rejections.map(({ line, offset, code }) => ({ line, offset, code }));
async function refusal(file: string | Uint8Array): Promise<AppError> {
  const error = await readAll(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error.code).toBe("INVALID");
  expect(error.detail.todo).toBeTruthy();
  return error;
}

describe("whatever the size of the pieces, the same rows come out", () => {
  const files = {
    csv: 'text,label\r\n"a ""b"", c\nd",x\r\né€😀,y\r\n\r\n1,2,3\r\nlast,z',
    jsonl: '{"input":"é€😀","output":"x"}\n\n{"input":1}\n{bad}\n[1]\n{"input":"cut',
    "utf-16": "",
  };
  it.each([1, 2, 3, 7, 64])("pieces of %i bytes", async (size) => {
    for (const text of [files.csv, files.jsonl])
      expect(await readAll(text, size)).toMatchObject(await without(readAll(text)));
    const utf16 = Buffer.from(`\ufeff${files.csv}`, "utf16le");
    expect(await readAll(utf16, size)).toMatchObject(await without(readAll(utf16)));
  });
  async function without(read: ReturnType<typeof readAll>) {
    const { stops: _stops, ...rest } = await read;
    return rest;
  }
});

// Hostile case 4.
describe("CSV", () => {
  it("reads quotes, separators and line breaks inside cells", async () => {
    expect(await values('a,b\n"x ""y"", z\nw",2\n"",""\n')).toEqual([['x "y", z\nw', "2"]]);
  });

  it("sniffs semicolon, tab and pipe, and takes Excel's hint", async () => {
    expect(await values("a;b\n1,5;2\n")).toEqual([["1,5", "2"]]);
    expect(await values("a\tb\n1,5\t2;3\n")).toEqual([["1,5", "2;3"]]);
    expect(await values("a|b\n1|2\n")).toEqual([["1", "2"]]);
    expect(await values("sep=;\na;b\n1;2\n")).toEqual([["1", "2"]]);
  });

  it("mixes CRLF, LF and lone CR files", async () => {
    expect(await values("a,b\r\n1,2\n3,4\r\n")).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(await values("a,b\r1,2\r3,4")).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });

  it("rejects ragged rows with line and offset, and forgives empty cells behind the last", async () => {
    const file = "a,b\n1\n1,2,3\n1,2,,\n,\nx,y\n";
    expect(await values(file)).toEqual([
      ["1", "2"],
      ["x", "y"],
    ]);
    expect(await rejected(file)).toEqual([
      { line: 2, offset: 4, code: "ragged" },
      { line: 3, offset: 6, code: "ragged" },
    ]);
  });

  it("renames empty and repeated header names and says so", async () => {
    const read = await readAll("text,,text,__proto__,toString\n1,2,3,4,5\n");
    expect(read.columns).toEqual(["text", "column_2", "text_2", "__proto__", "toString"]);
    expect(read.warnings).toHaveLength(2);
    expect(read.records[0]?.values).toEqual(["1", "2", "3", "4", "5"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("finds its way back behind a quote that is never closed", async () => {
    const file = 'a,b\n1,"open\n2,fine\n3,"also ""fine"""\n';
    expect(await values(file)).toEqual([
      ["2", "fine"],
      ["3", 'also "fine"'],
    ]);
    expect(await rejected(file)).toEqual([{ line: 2, offset: 4, code: "quote" }]);
    expect(await rejected('a,b\n1,"open\n2,fine')).toEqual([{ line: 2, offset: 4, code: "quote" }]);
    expect(await values('a,b\n1,"open\n2,fine')).toEqual([["2", "fine"]]);
  });

  it("rejects text behind a closing quote", async () => {
    expect(await rejected('a,b\n1,"say "hi" now"\n2,3\n')).toEqual([{ line: 2, offset: 4, code: "quote" }]);
  });

  it("gives up on a file full of unclosed quotes instead of reading it for ever", async () => {
    const file = `a,b\n${'1,"x\n2,y\n3,z"q\n'.repeat(200)}`;
    expect((await refusal(file)).message).toMatch(/More than 100 quotes/);
  });

  it("refuses 10,000 columns and a first line without end", async () => {
    const header = Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(",");
    expect((await refusal(`${header}\n1\n`)).message).toContain("10000 columns");
    expect((await refusal(`a,${"x".repeat(3 << 20)}\n1,2\n`)).message).toMatch(/first line/);
  });

  it("says when the header is not UTF-8", async () => {
    const file = Buffer.concat([Buffer.from("gr\u00f6\u00dfe,b"), Buffer.of(0xff), Buffer.from("\n1,2\n")]);
    expect((await refusal(file)).detail.todo).toMatch(/UTF-8/);
  });
});

describe("conversations in CSV", () => {
  it("are read where cells hold them as JSON", async () => {
    const chat = (index: number) =>
      JSON.stringify([
        { role: "user", content: `question ${index}, "quoted"` },
        { role: "assistant", content: `answer ${index}` },
      ]).replaceAll('"', '""');
    const file = `id,messages\n1,"${chat(1)}"\n2,"${chat(2)}"\n3,"[broken"\n`;
    const read = await readAll(file, { columns: ["input", "output", "id"] });
    expect(read.how).toMatchObject({ format: "csv", shape: "openai-chat" });
    expect(read.records.map(({ values }) => values.slice(1))).toEqual([
      ["answer 1", "1"],
      ["answer 2", "2"],
    ]);
    expect(read.rejections).toMatchObject([{ line: 4 }]);
    expect((await readAll(file, { columns: ["id"] })).records).toHaveLength(3);
  });
});

describe("JSONL", () => {
  it("reads nested fields as dotted columns and arrays as JSON", async () => {
    const read = await readAll('{"input":{"text":"hi","n":1},"tags":["a"],"a.b":"own","ok":true,"none":null}\n');
    expect(read.columns).toEqual(["input.text", "input.n", "tags", "a.b", "ok", "none"]);
    expect(read.records[0]?.values).toEqual(["hi", "1", '["a"]', "own", "true", null]);
  });

  it("reports every kind of broken line in the middle, with its cause", async () => {
    const file = [
      '{"input":"1"}',
      '{"input":"2"} {"input":"3"}',
      '{"input":NaN}',
      '{"input":"4",}',
      "{'input':'5'}",
      '"just text"',
      '{"input":"6"}',
      '{"input":"7","outp',
    ].join("\n");
    const read = await readAll(file);
    expect(read.records.map((record) => record.values[0])).toEqual(["1", "6"]);
    expect(read.rejections.map(({ line, code, reason }) => `${line} ${code} ${reason.split(/[;:,.]/)[0]}`)).toEqual([
      "2 several_objects Several JSON objects stand on one line",
      "3 json NaN and Infinity are not JSON",
      "4 json Not valid JSON",
      "5 json A Python dict",
      "6 not_object The line is JSON but no object",
      "8 json The file ends in the middle of this row",
    ]);
    expect(read.rejections.at(-1)?.offset).toBe(Buffer.byteLength(file) - '{"input":"7","outp'.length);
  });

  // Hostile case 10.
  it("keeps __proto__, constructor and toString as data", async () => {
    const read = await readAll(
      '{"__proto__":{"polluted":"yes"},"constructor":"c","input":"x"}\n{"input":"no own toString"}\n',
    );
    expect(read.columns).toEqual(["__proto__.polluted", "constructor", "input"]);
    expect(read.records.map((record) => record.values)).toEqual([
      ["yes", "c", "x"],
      [null, null, "no own toString"],
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("replaces an unpaired surrogate, which PostgreSQL would refuse", async () => {
    expect(await values('{"input":"a\\ud800b"}\n')).toEqual([["a\ufffdb"]]);
  });

  it("refuses rows with thousands of fields", async () => {
    const row = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1])));
    expect((await refusal(`${row}\n`)).message).toContain("1000 fields");
  });

  it("survives 100,000 levels of nesting", async () => {
    const deep = (levels: number) => `{"input":"x","deep":${"[".repeat(levels)}${"]".repeat(levels)}}\n{"input":"y"}\n`;
    const read = await readAll(deep(100_000));
    expect(read.records.map((record) => record.values[0])).toEqual(["y"]);
    expect(read.rejections[0]).toMatchObject({ line: 1, code: "json", reason: "The JSON is nested too deeply." });
  });
});

// Hostile case 2.
describe("text", () => {
  it("drops a UTF-8 byte order mark and decodes UTF-16", async () => {
    expect(await values("\ufeffa,b\n1,2\n")).toEqual([["1", "2"]]);
    const le = Buffer.from("\ufeffa;b\nä€😀;2\nragged\nx;y\n", "utf16le");
    expect(await values(le)).toEqual([
      ["ä€😀", "2"],
      ["x", "y"],
    ]);
    expect(await rejected(le)).toEqual([
      { line: 3, offset: le.indexOf(Buffer.from("ragged", "utf16le")), code: "ragged" },
    ]);
    expect(await values(Buffer.from(le).swap16())).toEqual(await values(le));
  });

  it("rejects only the rows with invalid UTF-8 or NUL", async () => {
    const bad = Buffer.concat([
      Buffer.from("a,b\n1,ok\n2,"),
      Buffer.of(0xff, 0xfe),
      Buffer.from("\n3,\0\n4,\ufffd ok\n"),
    ]);
    const read = await readAll(bad);
    expect(read.records.map((record) => record.values[0])).toEqual(["1", "4"]);
    expect(read.rejections.map(({ line, offset, code }) => [line, offset, code])).toEqual([
      [3, 9, "invalid_text"],
      [4, 14, "nul"],
    ]);
    expect(read.rejections[0]?.reason).toContain("byte 2 of the row");
  });

  it("rejects a bad line inside a quoted cell together with its record", async () => {
    const bad = Buffer.concat([Buffer.from('a,b\n1,"x\n'), Buffer.of(0xff), Buffer.from('\ny"\n2,ok\n')]);
    expect(await rejected(bad)).toEqual([{ line: 2, offset: 4, code: "invalid_text" }]);
    expect(await values(bad)).toEqual([["2", "ok"]]);
  });

  // Hostile case 3.
  it.each(["a,b\n", ""])("rejects a 10 MB line and reads on (%j)", async (header) => {
    const long = header ? `1,${"x".repeat(10 << 20)}` : `{"a":"${"x".repeat(10 << 20)}"}`;
    const good = header ? "2,3" : '{"a":"2"}';
    const read = await readAll(`${header}${good}\n${long}\n${good}\n`);
    expect(read.records).toHaveLength(2);
    expect(read.rejections).toHaveLength(1);
    expect(read.rejections[0]).toMatchObject({ code: "too_long", line: header ? 3 : 2 });
    expect(read.rejections[0]?.text).toHaveLength(2_000);
    expect(read.records[1]?.offset).toBe(Buffer.byteLength(`${header}${good}\n${long}\n`));
  });

  // Hostile case 3.
  it("streams a 64 MB line with flat memory", async () => {
    const piece = Buffer.alloc(1 << 20, "x");
    async function* endless() {
      for (let index = 0; index < 64; index += 1) yield Buffer.from(piece);
      yield Buffer.from("\nshort\n");
    }
    let most = 0;
    const lines = [];
    for await (const batch of splitLines(endless(), { encoding: "utf-8", newline: "\n" }, { offset: 0, line: 1 })) {
      most = Math.max(most, ...batch.lines.map((line) => line.text.length));
      lines.push(...batch.lines);
    }
    expect(most).toBeLessThanOrEqual(2_000);
    expect(lines.map(({ line, offset }) => [line, offset])).toEqual([
      [1, 0],
      [2, 64 * (1 << 20) + 1],
    ]);
  });

  it("takes a row just below the limit", async () => {
    const text = "x".repeat(maxRowBytes - 100);
    expect((await values(`{"a":"${text}"}\n{"a":"b"}\n`)).map((row) => row[0]?.length)).toEqual([text.length, 1]);
  });
});

describe("goes on at any place where a batch ended", () => {
  it.each(["utf8", "utf16le"] as const)("%s", async (encoding) => {
    const rows = Array.from({ length: 60 }, (_, index) => `${index},"é ${index}\nsecond ""line"""`).join("\n");
    const bytes = Buffer.from(`\ufeffid,text\n${rows}\n61,ragged,x\n`, encoding);
    const whole = await readAll(bytes, 97);
    expect(whole.records).toHaveLength(60);
    for (const stop of whole.stops) {
      const rest = await readFrom(bytes, stop);
      expect([...whole.records.filter((record) => record.offset < stop.offset), ...rest.records]).toEqual(
        whole.records,
      );
      expect(rest.rejections).toEqual(whole.rejections.filter((rejection) => rejection.offset >= stop.offset));
    }
  });
});

// Hostile case 7.
describe("what is no table is refused by content", () => {
  it.each([
    ["", /empty/],
    ["\ufeff \n", /empty/],
    ["<!DOCTYPE html><html><body>Sign in</body></html>", /web page/],
    ["\x7fELF\x02\x01\x01", /program/],
    ["PK\x03\x04\x14\0\x06\0", /zip archive is damaged/],
    [Buffer.of(0x1f, 0x8b, 8, 0, 0, 0), /empty/],
    ["PAR1....", /Parquet/],
    ["%PDF-1.7", /PDF/],
    [Buffer.from(Array.from({ length: 400 }, (_, index) => index % 32)), /binary/],
  ])("%#", async (file, message) => {
    expect((await refusal(file)).message).toMatch(message);
  });
});
