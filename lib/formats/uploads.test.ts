import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { inspect, refuseNoTraining } from "./inspect.ts";
import { bytesSource } from "./open-source.ts";
import { readRows } from "./read-rows.ts";
import { shapeById } from "./shapes/registry.ts";
import { ReadOptions } from "./sniffed.ts";
import type { Cell, RejectCode } from "./types.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const uploads = join(data, "uploads");
const here = existsSync(uploads);
if (!here) console.warn(`Skipped: ${uploads} is not here, so no real upload can be read.`);

type Columns = [input: string, answer: string | null];
type Line = [
  file: string,
  packed: string,
  format: string,
  /** the shape, whose usual mapping is read, or the columns of plain rows */
  shape: string | Columns,
  /** lines, records or objects of the file */
  rowsIn: number,
  rowsOut: number,
  /** of the rows: those whose answer is blank, and whose input is */
  blank?: { answers?: number; inputs?: number },
  rejected?: Partial<Record<RejectCode, number>>,
];

/** What is imported. Every count was taken from the raw file by other means. */
// biome-ignore format: one line a file
const imported: Line[] = [
  ["big_openai_chat.jsonl.gz", "gzip", "jsonl", "openai-chat", 133_204, 133_204],
  ["csv/banking77_test.utf16le_tab.txt", "none", "csv", ["text", "category"], 3080, 3080],
  ["csv/banking77_test.utf8_bom_crlf.csv", "none", "csv", ["text", "category"], 3080, 3080],
  ["hf_folder/clinc150/data/test.jsonl", "none", "jsonl", ["text", "intent"], 5500, 5500],
  ["hf_folder/clinc150/data/train.jsonl", "none", "jsonl", ["text", "intent"], 15_100, 15_100],
  ["hf_folder/clinc150/data/val.jsonl", "none", "jsonl", ["text", "intent"], 3100, 3100],
  // one trace: its two calls of the model, not its nine spans
  ["langfuse_traces/langgraph-python-2025-08-22.trace.json.gz", "gzip", "json", "langfuse", 1, 2],
  ["llamafactory/alpaca_en_demo.json.gz", "gzip", "json", "alpaca", 999, 999],
  ["llamafactory/glaive_toolcall_en_demo.json.gz", "gzip", "json", "sharegpt", 300, 300],
  ["llamafactory/v1_sft_demo.jsonl.gz", "gzip", "jsonl", "openai-chat", 500, 500],
  ["malformed/bom_first_line.jsonl", "none", "jsonl", ["input", "output"], 10, 10],
  ["malformed/duplicate_and_conflicting.jsonl", "none", "jsonl", ["input", "output"], 20, 20],
  ["malformed/json_array_named.jsonl", "none", "json", "openai-chat", 10, 10],
  ["malformed/missing_null_and_nontext_outputs.jsonl", "none", "jsonl", ["input", "output"], 13, 9, { answers: 3, inputs: 2 }, { json: 1, not_object: 3 }],
  ["malformed/mixed_schemas.jsonl", "none", "jsonl", "mixed", 12, 12],
  ["malformed/pretty_printed_objects.jsonl", "none", "json", ["input", "output"], 10, 10],
  ["malformed/trailing_commas.jsonl", "none", "jsonl", ["messages", null], 10, 0, {}, { json: 10 }],
  ["malformed/truncated_last_line.jsonl", "none", "jsonl", ["input", "output"], 10, 9, {}, { json: 1 }],
  ["malformed/unescaped_inner_quotes.jsonl", "none", "jsonl", ["prompt", "completion"], 10, 0, {}, { json: 10 }],
  ["nlu_exports/rasa_nlu.json.gz", "gzip", "json", "rasa-nlu", 9960, 9960],
  ["openai_chat/banking77_test.legacy_prompt_completion.jsonl", "none", "jsonl", "prompt-completion", 3080, 3080],
  ["openai_chat/banking77_train.chat.jsonl.gz", "gzip", "jsonl", "openai-chat", 10_003, 10_003],
  ["parquet/reasoning_dataset.parquet", "none", "parquet", ["question", "gemini_attempt"], 5, 5],
  ["provider_batch/gemini_batch_response.jsonl", "none", "jsonl", "provider-batch", 3, 3],
  ["provider_batch/nim_chat_completion.json", "none", "json", "provider-batch", 3, 3],
  ["sharegpt/axolotl_conversation.json", "none", "json", "sharegpt", 1, 1],
  // the last answer is there; the first is empty and told
  ["sharegpt/axolotl_conversation.missingturns.json", "none", "json", "sharegpt", 1, 1, {}, { missing_output: 1 }],
  // two datapoints ask about a picture; ten have no output
  ["tensorzero/chat_datapoint_fixture.jsonl", "none", "jsonl", "tensorzero", 41, 39, { answers: 10 }, { shape: 2 }],
  // one datapoint is stale
  ["tensorzero/json_datapoint_fixture.jsonl", "none", "jsonl", "tensorzero", 28, 27, { answers: 21 }, { skipped: 1 }],
  ["../traces/tensorzero_openai_gateway_log.jsonl.gz", "gzip", "jsonl", "provider-batch", 2000, 2000],
];

/** What is refused, and whether its inputs may be had without answers. */
// biome-ignore format: one line a file
const refused: [file: string, shape: string, reason: string, unlabelled: number | null][] = [
  ["hf_folder/clinc150/README.md", "text-only", "This is text without answers", 16],
  ["hf_folder/clinc150/dataset_infos.json", "dataset-info", "The file describes datasets", null],
  ["llamafactory/dataset_info.json", "dataset-info", "The file describes datasets", null],
  ["llamafactory/dpo_en_demo.json.gz", "preference", "This is preference data", 300],
];

type Read = { rows: [Cell, Cell][]; rowsIn: number; rejected: Record<string, number> };

async function read(bytes: Uint8Array, columns: Columns | null, options: Partial<ReadOptions> = {}) {
  const source = bytesSource(bytes);
  const inspected = await inspect(source, "upload", ReadOptions.parse(options));
  const {
    inputs: [input],
    output,
  } = inspected.shape?.mapping ?? { inputs: [columns?.[0]], output: columns?.[1] ?? null };
  const wanted = [input, output].filter((column) => typeof column === "string");
  const found: Read = { rows: [], rowsIn: 0, rejected: {} };
  const places = new Set<string>();
  for await (const batch of readRows(source, inspected.how, null, wanted)) {
    for (const { values, offset } of batch.records) {
      places.add(`${batch.next.member}:${offset}`);
      found.rows.push([values[0] ?? null, values[1] ?? null]);
    }
    for (const { code, offset } of batch.rejections) {
      places.add(`${batch.next.member}:${offset}`);
      found.rejected[code] = (found.rejected[code] ?? 0) + 1;
    }
  }
  return { ...found, rowsIn: places.size, inspected };
}

const bytesOf = (file: string) => readFileSync(join(uploads, file));
const isBlank = (cell: Cell) => cell === null || cell.trim() === "";

describe.skipIf(!here)("real uploads", () => {
  test("no file is left out", () => {
    const files = readdirSync(uploads, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = files.map((entry) => relative(uploads, join(entry.parentPath, entry.name)));
    expect(
      [...imported, ...refused]
        .map(([file]) => file)
        .filter((file) => !file.startsWith(".."))
        .sort(),
    ).toEqual(names.sort());
  });

  test.each(imported)(
    "%s",
    { timeout: 120_000 },
    async (file, packed, format, shape, rowsIn, rowsOut, blank = {}, rejected = {}) => {
      const columns = typeof shape === "string" ? null : shape;
      const { inspected, rows, ...found } = await read(bytesOf(file), columns);
      expect(() => refuseNoTraining(inspected, file)).not.toThrow();
      expect({
        packed: inspected.how.container,
        format: inspected.how.format,
        shape: inspected.shape?.id ?? columns,
        rowsIn: found.rowsIn,
        rowsOut: rows.length,
        answers: rows.filter(([, answer]) => isBlank(answer)).length,
        inputs: rows.filter(([input]) => isBlank(input)).length,
        rejected: found.rejected,
      }).toEqual({ packed, format, shape, rowsIn, rowsOut, answers: 0, inputs: 0, ...blank, rejected });
    },
  );

  test.each(refused)("%s is refused", async (file, shape, reason, unlabelled) => {
    const { inspected } = await read(bytesOf(file), null);
    expect(inspected.shape?.id).toBe(shape);
    expect(() => refuseNoTraining(inspected, file)).toThrow(reason);
    const again = await read(bytesOf(file), null, { unlabelled: true });
    if (unlabelled === null) {
      expect(() => refuseNoTraining(again.inspected, file)).toThrow(AppError);
      return;
    }
    expect(() => refuseNoTraining(again.inspected, file)).not.toThrow();
    expect(again.rows.filter(([input, answer]) => !isBlank(input) && answer === null)).toHaveLength(unlabelled);
    expect(again.rejected).toEqual({});
  });

  test.each([
    ["llamafactory/glaive_toolcall_en_demo.json.gz", 957, {}],
    ["sharegpt/axolotl_conversation.json", 6, {}],
    ["sharegpt/axolotl_conversation.missingturns.json", 5, { missing_output: 1 }],
    ["openai_chat/banking77_train.chat.jsonl.gz", 10_003, {}],
  ])("%s: a row per answer", { timeout: 120_000 }, async (file, rowsOut, rejected) => {
    const found = await read(bytesOf(file), null, { turns: "each" });
    expect(found.rows).toHaveLength(rowsOut);
    expect(found.rejected).toEqual(rejected);
  });
});

/** The files of a folder as a .tar.gz without compression's help: what matters is the container. */
async function tarOf(folder: string): Promise<Buffer> {
  const archive = pack();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    archive.entry({ name: relative(join(folder, ".."), path) }, readFileSync(path));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe.skipIf(!here)("what stands in real uploads", () => {
  test("the same test set comes out of four files alike", async () => {
    const reference = readFileSync(join(data, "intents/banking77/test.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const { input, output } = JSON.parse(line) as { input: string; output: string };
        return [input, output];
      });
    expect(reference).toHaveLength(3080);
    for (const file of ["csv/banking77_test.utf16le_tab.txt", "csv/banking77_test.utf8_bom_crlf.csv"])
      expect((await read(bytesOf(file), ["text", "category"])).rows).toEqual(reference);
    const legacy = "openai_chat/banking77_test.legacy_prompt_completion.jsonl";
    expect((await read(bytesOf(legacy), null)).rows).toEqual(reference);
  });

  test("a Hugging Face folder: the classes get their names, the splits their side", { timeout: 120_000 }, async () => {
    const source = await tarOf(join(uploads, "hf_folder/clinc150"));
    const { inspected, rows, rejected } = await read(source, ["text", "intent"]);
    expect(inspected.how.container).toBe("tar");
    expect([rows.length, rejected]).toEqual([23_700, {}]);
    const counts = new Map<Cell, number>();
    for (const [, intent] of rows) counts.set(intent, (counts.get(intent) ?? 0) + 1);
    expect([counts.size, counts.get("oos"), counts.get("translate")]).toEqual([151, 1200, 150]);
    const how = { ...inspected.how, options: ReadOptions.parse({ ownSplits: true }) };
    let holdout = 0;
    for await (const batch of readRows(bytesSource(source), how, null, ["text", "intent"]))
      if (batch.holdout) holdout += batch.records.length;
    expect(holdout).toBe(5500 + 3100);
  });

  test("tool calls are the answers where they are learnt", async () => {
    const { rows } = await read(bytesOf("llamafactory/glaive_toolcall_en_demo.json.gz"), null, { turns: "each" });
    const calls = rows.filter(([, answer]) => answer?.startsWith('{"tool_calls":[{"name":"'));
    expect(calls).toHaveLength(211);
    expect(calls[0]?.[1]).toBe(
      '{"tool_calls":[{"name":"search_recipes","arguments":{"ingredients":["chicken","bell peppers","rice"]}}]}',
    );
    const langfuse = await read(bytesOf("langfuse_traces/langgraph-python-2025-08-22.trace.json.gz"), null);
    expect(langfuse.rows[0]).toEqual([
      "User: Be helpful!\n\nUser: Search the web for 'example' and summarize.",
      '{"tool_calls":[{"name":"Web-Search","arguments":{"query":"example"}}]}',
    ]);
    expect(langfuse.rows[1]?.[1]).toMatch(/^The search for "example" primarily leads/);
  });

  test("first rows of the other shapes", async () => {
    const first = async (file: string) => (await read(bytesOf(file), null)).rows[0];
    expect(await first("llamafactory/v1_sft_demo.jsonl.gz")).toEqual([
      "hi",
      "Hello! I am {{name}}, an AI assistant developed by {{author}}. How can I assist you today?",
    ]);
    expect(await first("nlu_exports/rasa_nlu.json.gz")).toEqual([
      "lower the lights in the bedroom",
      "iot_hue_lightdim",
    ]);
    expect(await first("tensorzero/chat_datapoint_fixture.jsonl")).toEqual(['{"topic":"company"}', null]);
    expect((await first("provider_batch/gemini_batch_response.jsonl"))?.[0]).toBe("Ramen");
    expect(await first("../traces/tensorzero_openai_gateway_log.jsonl.gz")).toEqual([
      "The topic is stylus.",
      "A stylus glides smooth,  \nOn glass or paper, it sings,  \nArtistry in hand.",
    ]);
    expect(await first("malformed/mixed_schemas.jsonl")).toEqual([
      "What is the base of the exchange rates?",
      "exchange_rate",
    ]);
    expect(shapeById("mixed").conversational).toBe(true);
  });
});
