import type { RandomAccess } from "../containers/container.ts";
import { classesOfFeatures } from "../hugging-face.ts";
import { leavesOf, objectReader } from "../objects.ts";
import { columnsWith, shapeOf } from "../registry.ts";
import type { Shape } from "../shapes/shape.ts";
import type { ReadOptions, Sniffed } from "../sniffed.ts";
import type { Batch, JsonObject } from "../types.ts";
import { type Footer, readFooter } from "./footer.ts";
import { parquetObjects } from "./parquet.ts";

/** How many rows are looked at. */
const sampledRows = 500;

export type ParquetHead = {
  rows: number;
  objects: JsonObject[];
  shape: Shape | null;
  columns: string[];
  classes: Sniffed["classes"];
};

/** Names of classes that Hugging Face's library writes into the file. */
function classesOf({ meta }: Footer): Sniffed["classes"] {
  const text = meta.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (!text || text.length > 4_000_000) return [];
  try {
    const described = JSON.parse(text) as { info?: { features?: unknown } } | null;
    return classesOfFeatures(described?.info?.features);
  } catch {
    return [];
  }
}

/** The first rows of a Parquet file, and what they are. @throws AppError INVALID */
export async function parquetHead(source: RandomAccess, fileName: string): Promise<ParquetHead> {
  const footer = await readFooter(source);
  const names = footer.schema.children.map((child) => child.element.name);
  const objects: JsonObject[] = [];
  for await (const batch of parquetObjects(source, footer, 0, names)) {
    objects.push(...batch.slice(0, sampledRows - objects.length));
    if (objects.length >= sampledRows) break;
  }
  const shape = shapeOf(objects, "parquet");
  const columns = columnsWith(shape, objects.length > 0 ? leavesOf(objects) : names, fileName);
  return { rows: footer.rows, objects, shape, columns, classes: classesOf(footer) };
}

export function parquetSniffed({ shape, classes }: ParquetHead, options: ReadOptions): Sniffed {
  return {
    format: "parquet",
    encoding: "utf-8",
    newline: "\n",
    delimiter: null,
    columns: [],
    start: { offset: 0, line: 1 },
    warnings: [],
    path: null,
    container: "none",
    members: [],
    classes,
    shape: shape?.id ?? null,
    options,
  };
}

export async function* sampleParquet(head: ParquetHead, how: Sniffed, columns: string[]): AsyncGenerator<Batch> {
  const read = objectReader(how, columns);
  const batch: Batch = {
    records: [],
    rejections: [],
    next: { offset: head.objects.length, line: head.objects.length + 1 },
  };
  for (const [offset, object] of head.objects.entries()) {
    const at = { line: offset + 1, offset, text: JSON.stringify(object).slice(0, 2_000) };
    read(
      object,
      (values) => batch.records.push({ ...at, values }),
      (fault) => batch.rejections.push({ ...at, ...fault }),
    );
  }
  yield batch;
}
