import type { JsonObject } from "../types.ts";

/** A decoded value as JSON has it: large integers as text, bytes that are no text as nothing. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value !== "object") return value;
  if (value instanceof Uint8Array) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** One row of columns as an object. Names like `__proto__` are data. */
export function plainObject(columns: readonly [string, ArrayLike<unknown>][], index: number): JsonObject {
  return Object.fromEntries(columns.map(([name, values]) => [name, plain(values[index])]));
}
