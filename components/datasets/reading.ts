import type { z } from "zod";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import type { ReadOptions } from "#lib/formats/sniffed.ts";

/** The choices about reading, as the form holds them; `members` null: all that can be read. */
export type Reading = Omit<z.output<typeof ReadOptions>, "members"> & { members: string[] | null };

export const plainReading: Reading = { turns: "last", unlabelled: false, ownSplits: false, members: null };

/** As the endpoints take it. */
export function readingInput({ members, ...reading }: Reading) {
  return { ...reading, ...(members === null ? {} : { members }) };
}

/** The chosen files with `name` added or taken out, in the archive's order; null: all of them. */
export function toggledMember(readable: readonly string[], chosen: readonly string[], name: string): string[] | null {
  const next = readable.filter((one) => (one === name ? !chosen.includes(name) : chosen.includes(one)));
  return next.length === readable.length ? null : next;
}

/** Why a file cannot be imported as it is, or null. */
export function refusalOf({ refusal, choices }: Pick<Preview, "refusal" | "choices">, reading: Reading): string | null {
  if (!refusal || (choices.unlabelled && reading.unlabelled)) return null;
  return choices.unlabelled ? "Say above that its inputs are to be imported without answers." : refusal.reason;
}
