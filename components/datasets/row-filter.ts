import { type RowFilter, RowOriginKind, RowSort, Side } from "#lib/datasets/schema.ts";

/** Keys of the address that choose rows. */
export const filterKeys = ["q", "split", "label", "gold", "repeated", "made", "min", "max"] as const;

/** Those that a saved view keeps. */
export const viewKeys = [...filterKeys, "sort", "hide"] as const;

/** A number of characters as typed in an address; what is none is left out. */
function lengthOf(text: string): number | undefined {
  if (!/^\d{1,7}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 2_000_000 ? value : undefined;
}

/** The filter that an address asks for; what it cannot mean is left out. */
export function filterOf(get: (key: string) => string): RowFilter {
  const repeated = get("repeated");
  const gold = get("gold");
  const split = Side.safeParse(get("split")).data;
  const origin = RowOriginKind.safeParse(get("made")).data;
  const minLength = lengthOf(get("min"));
  const maxLength = lengthOf(get("max"));
  return {
    ...(split ? { split } : {}),
    ...(get("label") ? { label: get("label") } : {}),
    ...(gold === "yes" || gold === "no" ? { hasOutput: gold === "yes" } : {}),
    ...(repeated === "duplicates" || repeated === "conflicts" ? { repeated } : {}),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(origin ? { origin } : {}),
    ...(get("q") ? { search: get("q").slice(0, 200) } : {}),
  };
}

export const sortOf = (get: (key: string) => string): RowSort => RowSort.safeParse(get("sort")).data ?? "position";

/** An address's query that shows rows and nothing else: what a view keeps. */
export function viewOf(query: string): string {
  const from = new URLSearchParams(query);
  const kept = new URLSearchParams();
  for (const key of viewKeys) {
    const value = from.get(key);
    if (value) kept.set(key, value);
  }
  return kept.toString();
}

/** What to change in the address so that it shows a view: keys that the view lacks go. */
export function patchFor(view: string): Record<string, string | null> {
  const params = new URLSearchParams(view);
  return Object.fromEntries([...viewKeys, "row"].map((key) => [key, key === "row" ? null : params.get(key)]));
}
