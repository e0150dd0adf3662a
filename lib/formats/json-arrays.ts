import { detectShape, shapes } from "./shapes/registry.ts";
import type { JsonObject } from "./types.ts";

/** Names under which exports keep their rows. */
const rowNames = new Set([
  "data",
  "rows",
  "examples",
  "records",
  "items",
  "samples",
  "results",
  "entries",
  "documents",
  "dataset",
  "train",
  "questions",
]);

const maxDepth = 4;

type Found = { path: string[]; chars: number };

/** Arrays of objects that lie in objects only, at most four deep, with the length of their text as far as it is there. */
function arraysIn(text: string): Found[] {
  const found: Found[] = [];
  /** keys of the open objects; an open array is null */
  const open: (string | null)[] = [];
  const arrays: { began: number; path: string[]; objects: boolean }[] = [];
  let key = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const from = at + 1;
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
      key = text.slice(from, Math.min(at, from + 500));
    } else if (character === ":" && open.length > 0 && open.at(-1) !== null) {
      open[open.length - 1] = key;
    } else if (character === "{") {
      const parent = arrays.at(-1);
      if (parent && open.at(-1) === null) parent.objects = true;
      open.push("");
    } else if (character === "[") {
      // Only the outermost arrays count, and only near the root.
      const path = arrays.length === 0 && open.length <= maxDepth ? open.map((name) => name ?? "") : [];
      arrays.push({ began: at, path, objects: false });
      open.push(null);
    } else if (character === "}" || character === "]") {
      if (open.pop() === null) close(at);
    }
  }
  while (arrays.length > 0) close(text.length);
  return found;

  function close(at: number): void {
    const array = arrays.pop();
    // Inside another array it belongs to a row.
    if (!array?.objects || arrays.length > 0 || array.path.length === 0 || array.path.join().includes("\0")) return;
    found.push({ path: array.path, chars: at - array.began });
  }
}

const equal = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((key, i) => key === b[i]);

/**
 * Where the rows of a JSON document lie: where a known export has them, else under a usual name, else, in a document that is too large for
 * one row, in its longest array.
 * @param only the document, where it is whole
 * @returns null: the document is one row itself
 */
export function findArrays(text: string, only: JsonObject | null): string[] | null {
  const arrays = arraysIn(text);
  const known = shapes.flatMap((shape) => (shape.path ? [shape.path] : []));
  const byShape = arrays.find(({ path }) => known.some((other) => equal(path, other)));
  if (byShape) return byShape.path;
  if (only && detectShape([only])) return null;
  const longest = (among: Found[]) => among.sort((a, b) => b.chars - a.chars)[0]?.path ?? null;
  const named = arrays.filter(({ path }) => path.length <= 2 && rowNames.has((path.at(-1) ?? "").toLowerCase()));
  return longest(named) ?? (only ? null : longest(arrays));
}
