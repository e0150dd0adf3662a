import { shapeById } from "./shapes/registry.ts";
import { type Cell, type Fault, type JsonObject, maxColumns, type Sniffed } from "./types.ts";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value as a cell. An unpaired surrogate, which no database takes, becomes U+FFFD. */
function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.isWellFormed() ? text : text.toWellFormed();
}

/**
 * The field a column name points at: an own key of that very name first (`"a.b"`), else a path through nested objects and arrays
 * (`messages.0.content`). Only own keys count, so that `__proto__` and `toString` are data like any other.
 */
function fieldAt(row: JsonObject, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  let at: unknown = row;
  for (const key of column.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JsonObject)[key];
  }
  return at;
}

/** Column names of a row: leaves of nested objects as dotted paths; arrays are one column. */
function leaves(row: JsonObject, prefix: string, depth: number, into: Set<string>): void {
  for (const [key, value] of Object.entries(row)) {
    if (into.size > maxColumns) return;
    if (isObject(value) && depth < 4 && Object.keys(value).length > 0)
      leaves(value, `${prefix}${key}.`, depth + 1, into);
    else into.add(prefix + key);
  }
}

/** Column names of the first rows, in order of appearance. */
export function leavesOf(objects: readonly JsonObject[]): string[] {
  const columns = new Set<string>();
  for (const object of objects) {
    leaves(object, "", 1, columns);
    if (columns.size > maxColumns) break;
  }
  return [...columns];
}

/** Hands over the cells of each row that an object gives, and its faults. */
export type ObjectReader = (object: JsonObject, row: (values: Cell[]) => void, fault: (fault: Fault) => void) => void;

const tooDeep: Fault = { code: "json", reason: "The JSON is nested too deeply." };

/**
 * Reads objects into cells by column: columns of the file's shape come from its rows, others are fields or paths. Without any column
 * of the shape each object is one row of its fields.
 */
export function objectReader(how: Pick<Sniffed, "shape" | "options">, columns: readonly string[]): ObjectReader {
  const shape = how.shape === null ? null : shapeById(how.shape);
  const shaped = new Set(shape ? columns.filter((column) => shape.columns.includes(column)) : []);
  const { turns, unlabelled } = how.options;
  return (object, row, fault) => {
    try {
      if (!shape || shaped.size === 0) {
        row(columns.map((column) => toCell(fieldAt(object, column))));
        return;
      }
      for (const made of shape.rows(object, { turns, unlabelled })) {
        if (isFault(made)) fault(made);
        else row(columns.map((column) => (shaped.has(column) ? clean(made[column]) : toCell(fieldAt(object, column)))));
      }
    } catch (error) {
      // JSON.parse does not recurse, JSON.stringify of what it made does.
      if (!(error instanceof RangeError)) throw error;
      fault(tooDeep);
    }
  };
}

function isFault(made: object): made is Fault {
  return Object.hasOwn(made, "code") && Object.hasOwn(made, "reason");
}

const clean = (cell: string | null | undefined): Cell =>
  cell === undefined || cell === null || cell.isWellFormed() ? (cell ?? null) : cell.toWellFormed();
