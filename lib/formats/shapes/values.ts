import { broken, type JsonObject } from "./shape.ts";

/** How deep values are looked into; JSON nested deeper is refused. */
const maxDepth = 64;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own field, so that `__proto__` and `constructor` are data like any other. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The first of the keys that holds something. */
export function firstOf(object: JsonObject, keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = own(object, key);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** JSON as text. 64-bit integers, which Parquet has and JSON.stringify refuses, are written out. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? item.toString() : item));
}

/** A field as text: texts as they are, numbers and booleans written out, JSON kept as JSON, absent and null as null. */
export function cell(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return value.toString();
  return typeof value === "string" ? value : jsonText(value);
}

/** Whether a text has something besides blanks. */
export function filled(text: string | null): text is string {
  return text !== null && text.trim() !== "";
}

/** JSON with sorted keys and no blanks, so that equal values are equal texts. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) broken("json", "The JSON is nested too deeply.");
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(",")}]`;
  if (typeof value === "bigint") return value.toString();
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const fields = Object.keys(value).sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], depth + 1)}`).join(",")}}`;
}

/** A text that holds JSON as that value, else undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes off up to three layers of JSON written into a text; a text that holds no array or object stays as it is. */
export function decoded(value: unknown): unknown {
  let at = value;
  for (let layer = 0; layer < 3 && typeof at === "string" && /^\s*["[{]/.test(at); layer += 1) {
    const inner = parsed(at);
    if (inner === undefined || inner === null) break;
    at = inner;
  }
  return at;
}

/** A field that holds a list, as JSON or, in a table, as JSON written into a text. */
export function listIn(object: JsonObject, key: string): unknown[] | null {
  const value = own(object, key);
  const list = typeof value === "string" ? decoded(value) : value;
  return Array.isArray(list) ? list : null;
}

/** Tool definitions as JSON text; none and an empty list as null. */
export function toolsText(value: unknown): string | null {
  const tools = decoded(value);
  if (tools === undefined || tools === null || (Array.isArray(tools) && tools.length === 0)) return null;
  const text = cell(value);
  return filled(text) ? text : null;
}
