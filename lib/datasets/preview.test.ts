import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { zipOf } from "#lib/formats/containers/pack.testing.ts";
import { bytesSource } from "#lib/formats/open-source.ts";
import { ReadOptions } from "#lib/formats/sniffed.ts";
import { previewFile } from "./preview.ts";
import type { ColumnMapping } from "./schema.ts";

function preview(text: string | Uint8Array, given: ColumnMapping | null = null, reading: Partial<ReadOptions> = {}) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return previewFile(bytesSource(bytes), "file", given, ReadOptions.parse(reading));
}

describe("preview", () => {
  it("shows rows with the guessed mapping, and with a corrected one", async () => {
    const file = "text,label,note\nhello there,greeting,n1\nbye now,farewell,n2\n";
    const first = await preview(file);
    expect(first).toMatchObject({
      format: "csv",
      delimiter: "comma",
      encoding: "utf-8",
      estimatedRows: 2,
      sampledRows: 2,
    });
    expect(first.rows.map(({ line, input, output }) => [line, input, output])).toEqual([
      [2, "hello there", "greeting"],
      [3, "bye now", "farewell"],
    ]);
    const corrected = await preview(file, { inputs: ["text", "note"], output: null });
    expect(corrected.rows.map(({ input, output }) => [input, output])[0]).toEqual(["hello there\n\nn1", null]);
    expect(corrected.guess).toEqual({ inputs: ["text"], output: "label" });
  });

  it("reads a field by a path that no column shows", async () => {
    const file = '{"talk":[{"said":"hi"},{"said":"greeting"}]}\n';
    expect((await preview(file)).mapping).toBeNull();
    const rows = (await preview(file, { inputs: ["talk.0.said"], output: "talk.1.said" })).rows;
    expect(rows.map(({ input, output }) => [input, output])).toEqual([["hi", "greeting"]]);
  });

  it("estimates the rows of a file larger than its head, and reports no row cut off there", async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `"ticket ${index},\n${"x".repeat(60)}",label`).join("\n");
    const seen = await preview(`text,label\n${rows}\n`);
    expect(seen.rejected).toEqual([]);
    expect(Math.abs(seen.estimatedRows - 60_000) / 60_000).toBeLessThan(0.03);
  });

  it("warns of what will hurt", async () => {
    expect((await preview('{"a":1}\n{"b":2}\nx\ny\nz\n', { inputs: ["a"], output: null })).warnings.join()).toContain(
      "4 of the first 5",
    );
    expect((await preview("text,label\na text,7\nb text,9\n")).warnings.join()).toContain("answers are numbers");
    expect((await preview("text,label\na text,x\nb text,x\n")).warnings.join()).toContain("same answer");
    expect((await preview("text,text\na,b\n")).warnings.join()).toContain("occurs twice");
    expect((await preview("text,label\n")).warnings.join()).toContain("no data row");
  });

  it("shows what an archive holds, and what may be chosen", async () => {
    const rows = (from: number) => `{"text":"a text ${from}","label":1}\n{"text":"b text ${from}","label":0}\n`;
    const file = zipOf({
      "README.md":
        "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names: [no, yes]\n---\n",
      "train.jsonl": rows(0),
      "test.jsonl": rows(1),
      "photo.png": "x",
    });
    const seen = await preview(file);
    expect(seen).toMatchObject({
      container: "zip",
      format: "jsonl",
      shape: null,
      memberCount: 3,
      estimatedRows: 4,
      choices: { turns: false, unlabelled: false, ownSplits: true },
    });
    expect(seen.members.map(({ name, split, refused }) => [name, split, refused === null])).toEqual([
      ["train.jsonl", "train", true],
      ["test.jsonl", "test", true],
      ["photo.png", null, false],
    ]);
    expect(seen.rows.map(({ output }) => output)).toEqual(["yes", "no"]);
    expect((await preview(file, null, { members: ["test.jsonl"] })).rows[0]?.input).toBe("a text 1");
  });

  it("shows conversations and preferences as they could be imported", async () => {
    const talk = {
      messages: ["q", "a", "r", "b"].map((content, index) => ({ role: index % 2 ? "assistant" : "user", content })),
    };
    const chat = await preview(`${JSON.stringify(talk)}\n`);
    expect(chat).toMatchObject({ shape: { id: "openai-chat" }, choices: { turns: true }, guess: { output: "output" } });
    expect(chat.rows.map(({ output }) => output)).toEqual(["b"]);
    const each = await preview(`${JSON.stringify(talk)}\n`, null, { turns: "each" });
    expect(each.rows.map(({ output }) => output)).toEqual(["a", "b"]);
    const pair = await preview('{"prompt":"Which?","chosen":"this","rejected":"that"}\n');
    expect(pair).toMatchObject({
      choices: { unlabelled: true },
      refusal: { reason: expect.stringContaining("preference") },
    });
    expect(pair.rows.map(({ input, output }) => [input, output])).toEqual([["Which?", null]]);
  });

  it("keeps labels like __proto__ as data", async () => {
    const seen = await preview("text,label\na text,__proto__\nb text,constructor\n");
    expect(seen.sampledLabels.map(({ label }) => label)).toEqual(["__proto__", "constructor"]);
  });
});

const data = path.resolve(import.meta.dirname, "../../../shared/data");

describe.skipIf(!existsSync(data))("real files (skipped where ../shared/data is absent)", () => {
  const read = (name: string) => preview(readFileSync(path.join(data, name)));

  it.each([
    ["intents/banking77/train.csv", ["text"], "category", "csv"],
    ["intents/banking77/train.jsonl", ["input"], "output", "jsonl"],
    ["uploads/csv/banking77_test.utf8_bom_crlf.csv", ["text"], "category", "csv"],
    ["uploads/csv/banking77_test.utf16le_tab.txt", ["text"], "category", "csv"],
    ["uploads/openai_chat/banking77_test.legacy_prompt_completion.jsonl", ["input"], "output", "jsonl"],
    ["uploads/malformed/bom_first_line.jsonl", ["input"], "output", "jsonl"],
    ["uploads/malformed/truncated_last_line.jsonl", ["input"], "output", "jsonl"],
    ["uploads/malformed/missing_null_and_nontext_outputs.jsonl", ["input"], "output", "jsonl"],
    ["uploads/hf_folder/clinc150/data/train.jsonl", ["text"], "intent", "jsonl"],
  ])("%s", async (name, inputs, output, format) => {
    const seen = await read(name);
    expect(seen.mapping).toEqual({ inputs, output });
    expect(seen.format).toBe(format);
    expect(seen.rows.length).toBeGreaterThan(0);
  });

  it.each([
    ["uploads/malformed/pretty_printed_objects.jsonl", "json", "none", 10],
    ["uploads/malformed/json_array_named.jsonl", "json", "none", 10],
    ["uploads/parquet/reasoning_dataset.parquet", "parquet", "none", 5],
    ["uploads/nlu_exports/rasa_nlu.json.gz", "json", "gzip", 9_960],
    ["uploads/big_openai_chat.jsonl.gz", "jsonl", "gzip", 133_204],
  ])("%s is read, and its rows estimated", async (name, format, container, rows) => {
    const seen = await read(name);
    expect(seen).toMatchObject({ format, container });
    expect(seen.rows.length).toBeGreaterThan(0);
    expect(Math.abs(seen.estimatedRows - rows) / rows).toBeLessThan(0.2);
  });

  it.each([
    ["uploads/malformed/trailing_commas.jsonl", /comma too many/],
    ["uploads/malformed/unescaped_inner_quotes.jsonl", /Not valid JSON/],
  ])("%s says what is wrong with its lines", async (name, reason) => {
    const seen = await read(name);
    expect(seen.rows).toEqual([]);
    expect(seen.rejected[0]?.reason).toMatch(reason);
    expect(seen.warnings.join()).toContain("would be rejected");
  });
});
