import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";

/** A wish as the form holds it: wanted or not, and why it was suggested. */
export type Wish = { key: string; item: PlanItem; wanted: boolean; why: string | null };

/** The same wish, however many rows. */
export function wishKey(item: PlanItem): string {
  const { rows: _rows, ...rest } = item;
  return JSON.stringify(rest);
}

/** Adds wishes; one that is there already is wanted with the new number of rows. */
export function addWishes(wishes: readonly Wish[], items: readonly PlanItem[]): Wish[] {
  const added = new Map(items.map((item) => [wishKey(item), item]));
  const kept = wishes.map((wish) => {
    const again = added.get(wish.key);
    if (!again) return wish;
    added.delete(wish.key);
    return { ...wish, item: again, wanted: true };
  });
  return [...kept, ...[...added].map(([key, item]) => ({ key, item, wanted: true, why: null }))];
}
