/** A label that is probably another one, misspelt. */
export type Spelling = { label: string; rows: number; target: string; why: "signs" | "typo" };

type Counted = { label: string; rows: number };

/** Shorter keys differ by one character too easily: `card` and `cart`. */
const leastTypoLength = 6;
/** A label this much rarer than its likeness is a mistake rather than a class. */
const rareShare = 0.1;

/** What two spellings have in common: letters and signs without case, width, accents, blanks, `_`, `-`, `.`, quotes and end signs. */
export function spellingKey(label: string): string {
  return label
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[\s_\-.'"\p{Pd}]+/gu, "")
    .replace(/[?!,;:]+$/u, "");
}

/**
 * Labels that are nearly equal to another one. Two labels of the task are never the same, however alike.
 * @param counts labels that occur @param official the task's labels; empty: the more frequent one is right
 */
export function findSpellings(counts: readonly Counted[], official: readonly string[]): Spelling[] {
  const known = new Set(official);
  const all = new Map(counts.map(({ label, rows }) => [label, rows]));
  for (const label of official) if (!all.has(label)) all.set(label, 0);
  // The right spelling first: of the task, else the most frequent.
  const labels = [...all.keys()].sort(
    (a, b) => Number(known.has(b)) - Number(known.has(a)) || (all.get(b) ?? 0) - (all.get(a) ?? 0) || (a < b ? -1 : 1),
  );
  const keys = new Map(labels.map((label) => [label, spellingKey(label)]));
  const found: Spelling[] = [];
  const right: string[] = [];
  for (const label of labels) {
    const rows = all.get(label) ?? 0;
    const target = known.has(label) ? undefined : targetOf(label, rows, right, keys, all, known);
    if (target) found.push({ label, rows, ...target });
    else right.push(label);
  }
  return found.filter(({ rows }) => rows > 0);
}

function targetOf(
  label: string,
  rows: number,
  right: readonly string[],
  keys: ReadonlyMap<string, string>,
  all: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): Pick<Spelling, "target" | "why"> | undefined {
  const key = keys.get(label) ?? "";
  const same = right.find((other) => keys.get(other) === key && key !== "");
  if (same !== undefined) return { target: same, why: "signs" };
  const near = right.find((other) => {
    const sure = known.has(other) || rows <= rareShare * (all.get(other) ?? 0);
    return sure && isOneTypo(key, keys.get(other) ?? "");
  });
  return near === undefined ? undefined : { target: near, why: "typo" };
}

/** One character more, less, another, or two swapped; digits tell classes apart and are never typing mistakes. */
function isOneTypo(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < leastTypoLength || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const x = a.slice(start, a.length - end);
  const y = b.slice(start, b.length - end);
  if (/\d/.test(x + y)) return false;
  if (x.length <= 1 && y.length <= 1) return true;
  return x.length === 2 && y.length === 2 && x[0] === y[1] && x[1] === y[0];
}
