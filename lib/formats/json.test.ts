import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { bytesSource } from "./open-source.ts";
import { readAll, readFrom } from "./read.testing.ts";
import { readRows } from "./read-rows.ts";
import { maxRowBytes } from "./types.ts";

const inputs = async (file: string | Uint8Array) =>
  (await readAll(file, { columns: ["input"] })).records.map((record) => record.values[0]);
const told = async (file: string | Uint8Array) =>
  (await readAll(file)).rejections.map(({ line, offset, reason }) => [line, offset, reason.split(/[;:,.]/)[0]]);

describe("JSON arrays", () => {
  it("reads elements wherever lines and brackets stand, with line and offset of each", async () => {
    const file = ' [\n{"input":"[1]","n":[{"a":1}]},{"input":"} \\" {"}\n\n,\n  {\n  "input": "é€😀"\n  }\n]\n';
    const read = await readAll(file);
    expect(read.how).toMatchObject({ format: "json", path: [] });
    expect(read.columns).toEqual(["input", "n"]);
    expect(read.records.map(({ values, line, offset }) => [values[0], line, offset])).toEqual([
      ["[1]", 2, 3],
      ['} " {', 2, file.indexOf('{"input":"}')],
      ["é€😀", 5, file.indexOf("{\n")],
    ]);
    expect(read.rejections).toEqual([]);
  });

  it.each([1, 2, 5, 64])("gives the same in pieces of %i bytes, in UTF-8 and UTF-16", async (size) => {
    const file = '[{"input":"a\\\\"},{"input":"é\\"]"},{bad},7,{"input":"z"}';
    const whole = await readAll(file);
    expect(whole.records.map(({ values }) => values[0])).toEqual(["a\\", 'é"]', "z"]);
    const { stops: _stops, ...rest } = whole;
    expect(await readAll(file, size)).toMatchObject(rest);
    const wide = await readAll(Buffer.from(`\ufeff${file}`, "utf16le"), size);
    expect(wide.records.map(({ values }) => values[0])).toEqual(["a\\", 'é"]', "z"]);
    expect(wide.records.at(-1)?.offset).toBe(2 + 2 * file.indexOf('{"input":"z"'));
  });

  it("tells each broken element alone", async () => {
    const file =
      '[\n{"input":"1"},\n{"input":NaN},\n{"input":"2",},\n[3],\n"four",\n{\'input\':\'5\'},\n{"input":"6"},\n]';
    expect(await inputs(file)).toEqual(["1", "6"]);
    expect((await told(file)).map(([line, , reason]) => `${line} ${reason}`)).toEqual([
      "3 NaN and Infinity are not JSON",
      "4 Not valid JSON",
      "5 This element is no object",
      "6 This element is no object",
      "7 A Python dict",
    ]);
  });

  it("finds its way back behind a quote that is never closed, on one line and on many", async () => {
    const rows = ['{"input":"1","b":"x"}', '{"input":"2","b":"say "hi"}', '{"input":"3","b":"y"}', '{"input":"4"}'];
    for (const between of [",", ",\n", "\n,\n  "]) {
      const file = `[${rows.join(between)}]`;
      expect(await inputs(file)).toEqual(["1", "3", "4"]);
      expect(await told(file)).toEqual([
        [rows.length > 2 ? expect.any(Number) : 1, file.indexOf('{"input":"2'), "Not valid JSON"],
      ]);
    }
  });

  it("takes all good rows of a file that is cut off, and tells the last", async () => {
    const file = '[{"input":"1"},{"input":"2"},{"input":"3","b":"x';
    expect(await inputs(file)).toEqual(["1", "2"]);
    expect(await told(file)).toEqual([[1, 29, "The file ends in the middle of this row"]]);
    expect(await told('[{"input":"1"},')).toEqual([[1, 15, "The file ends before its array is closed"]]);
    expect(await told('[{"input":"1"}]')).toEqual([]);
  });

  it("rejects an element of 10 MB, takes one of 550 kB, and reads on", async () => {
    const element = (size: number) => `{"input":"${"x".repeat(size)}"}`;
    const file = `[${element(1)},${element(10 << 20)},\n${element(550_000)},${element(2)}]`;
    const read = await readAll(file);
    expect(read.records.map(({ values }) => values[0]?.length)).toEqual([1, 550_000, 2]);
    expect(read.rejections).toMatchObject([{ line: 1, offset: 14 + 1, code: "too_long" }]);
    expect(read.rejections[0]?.text.length).toBeLessThanOrEqual(2_000);
    expect(read.records[1]).toMatchObject({ line: 2 });
  });

  it("does not take the inner objects of a long element for rows", async () => {
    const inner = Array.from({ length: 40_000 }, (_, index) => `{"role":"user","input":"${index} and some more"}`);
    const file = `[{"things":[${inner.join(",")}]},{"things":[],"input":"after"}]`;
    expect(file.length).toBeGreaterThan(maxRowBytes);
    expect(await inputs(file)).toEqual(["after"]);
    expect((await told(file)).map(([, offset]) => offset)).toEqual([1]);
  });

  it("gives up on a file full of unclosed quotes instead of reading it for ever", async () => {
    const bad = `{"input":"${'x","y'.repeat(40)}"q","long":"${"z".repeat(120_000)}`;
    const file = `[${Array.from({ length: 400 }, () => bad).join(",")}]`;
    const error = await readAll(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toMatch(/Too many JSON objects are broken/);
  });

  it("keeps __proto__ and constructor as data", async () => {
    const read = await readAll('[{"__proto__":{"polluted":"yes"},"constructor":"c"}]');
    expect(read.records[0]?.values).toEqual(["yes", "c"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("survives 100,000 levels of nesting", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const read = await readAll(`[{"input":"x","deep":${deep}},{"input":"y"}]`, { columns: ["input", "deep"] });
    expect(read.records.map(({ values }) => values[0])).toEqual(["y"]);
    expect(read.rejections).toMatchObject([{ code: "json", reason: "The JSON is nested too deeply." }]);
  });

  it("rejects only the elements with bad bytes", async () => {
    const file = Buffer.concat([Buffer.from('[{"input":"'), Buffer.of(0xff), Buffer.from('"},{"input":"ok"}]')]);
    expect(await inputs(file)).toEqual(["ok"]);
    expect((await readAll(file)).rejections).toMatchObject([{ code: "invalid_text", offset: 1 }]);
  });
});

describe("JSON documents", () => {
  it("reads objects over several lines, one after another", async () => {
    const file = '{\n  "input": "1"\n}\n{\n  "input": "2",\n}\n{\n  "input": "3"\n}';
    expect(await inputs(file)).toEqual(["1", "3"]);
    expect(await told(file)).toEqual([[4, 19, "Not valid JSON"]]);
  });

  it("finds the array of a known export, of a usual name, and the longest of a large document", async () => {
    const rasa = {
      rasa_nlu_data: { regex: [{ a: 1 }], common_examples: [{ text: "hi", intent: "greet", entities: [] }] },
    };
    expect((await readAll(JSON.stringify(rasa))).how.path).toEqual(["rasa_nlu_data", "common_examples"]);
    const named =
      '{"meta":{"data":"x","rows":[]},"other":[{"a":1}],"data":[{"input":"1"},{"input":"2"}],"end":[{"b":1}]}';
    expect((await readAll(named)).how.path).toEqual(["data"]);
    expect(await inputs(named)).toEqual(["1", "2"]);
    const elements = Array.from({ length: 60_000 }, (_, index) => `{"input":"number ${index} of the long array"}`);
    const large = `{"few":[{"a":1}],"things":{"list":[${elements.join(",")}]},"tail":{"list":[{"input":"no"}]}}`;
    const read = await readAll(large, { columns: ["input"] });
    expect(read.how.path).toEqual(["things", "list"]);
    expect(read.records).toHaveLength(60_000);
    expect(read.rejections).toEqual([]);
  });

  it("looks at hostile nesting in no time", async () => {
    for (const text of [
      `{"a":${"[".repeat(1_500_000)}`,
      `{"a":${'{"a":'.repeat(300_000)}`,
      `{"data":[${"[{".repeat(700_000)}`,
    ]) {
      const read = await readAll(text, { columns: ["a"] }).catch((error: unknown) => error);
      expect(read instanceof AppError || (read as { records: unknown[] }).records.length === 0).toBe(true);
    }
  });

  it("takes a single object as one row", async () => {
    expect(await inputs('{\n "input": "only",\n "list": [{"a": 1}]\n}')).toEqual(["only"]);
  });

  it("says when a document ends before its array begins", async () => {
    const whole = `{"rasa_nlu_data":{"common_examples":[{"text":"hi","intent":"x"}]}}`;
    const { how } = await readAll(whole);
    expect(how.path).toEqual(["rasa_nlu_data", "common_examples"]);
    const cut = readRows(bytesSource(Buffer.from(whole.slice(0, 30))), how, null, ["text"]);
    await expect(cut.next()).rejects.toThrow(/no array at rasa_nlu_data → common_examples/);
  });
});

describe("goes on at any place where a batch ended", () => {
  const elements = Array.from({ length: 50 }, (_, index) =>
    index % 9 === 4 ? `{"input":"${index}",}` : `{"input":"é ${index}, [{\\"",\n"b":[1,{"c":"]"}]}`,
  );
  it.each([
    ["an array", `[${elements.join(",\n")}]`],
    ["an array on one line", `[${elements.join(",").replaceAll("\n", "")}]`],
    ["objects one after another", elements.join("\n")],
    ["a document", `{"version":[{"x":1}],"data":[${elements.join(",")}],"more":[{"input":"no"}]}`],
    ["a cut array", `[${elements.join(",")},{"input":"cu`],
  ])("%s", async (_name, text) => {
    const bytes = Buffer.from(text);
    const whole = await readAll(bytes, 97);
    expect(whole.records.length).toBeGreaterThan(40);
    expect(whole.stops.length).toBeGreaterThan(10);
    for (const stop of whole.stops) {
      const rest = await readFrom(bytes, stop);
      const earlier = <T extends { offset: number }>(items: T[]) => items.filter((item) => item.offset < stop.offset);
      expect([...earlier(whole.records), ...rest.records]).toEqual(whole.records);
      expect([...earlier(whole.rejections), ...rest.rejections]).toEqual(whole.rejections);
    }
  });
});
