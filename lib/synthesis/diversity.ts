import { normaliseInput } from "#lib/datasets/split.ts";
import type { Diversity } from "#lib/jobs/kinds/synthesis.ts";
import type { Pulse } from "#lib/quality/pulse.ts";
import { shingleKindFor } from "#lib/quality/shingles.ts";
import { Novelty } from "./novelty.ts";

/** More texts are measured by their first ones. */
export const measuredTexts = 2_000;

/** Distinct over all word n-grams of a set of texts (distinct-n; Li, Galley, Brockett, Gao & Dolan 2016), 0..1. */
export function distinctNgrams(texts: readonly string[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const text of texts) {
    const words = normaliseInput(text).split(" ");
    for (let start = 0; start + n <= words.length; start++) {
      seen.add(words.slice(start, start + n).join(" "));
      all++;
    }
  }
  return all === 0 ? 0 : seen.size / all;
}

/** How varied texts are. Sets of equal size are comparable: both measures fall as a set grows. */
export async function measureDiversity(texts: readonly string[], pulse: Pulse): Promise<Diversity> {
  const measured = texts.slice(0, measuredTexts);
  const mean = measured.reduce((sum, text) => sum + text.length, 0) / Math.max(1, measured.length);
  const forward = new Novelty(measured, shingleKindFor(mean));
  // A threshold that nothing reaches: all texts are neighbours of all.
  const nearest = await forward.settle(2, pulse);
  const backward = new Novelty([...measured].reverse(), shingleKindFor(mean));
  const behind = (await backward.settle(2, pulse)).reverse();
  const distances = nearest.map(({ similarity }, index) => 1 - Math.max(similarity, behind[index]?.similarity ?? 0));
  return {
    rows: measured.length,
    distinct: [distinctNgrams(measured, 1), distinctNgrams(measured, 2), distinctNgrams(measured, 3)],
    nearestDistance:
      measured.length < 2 ? null : distances.reduce((sum, distance) => sum + distance, 0) / measured.length,
  };
}
