/** A label found by typing. `score`: the higher the better. */
type Found = { label: string; score: number };

const wordStart = /[\s_\-./:]/;

/**
 * How well `typed` matches a label as letters in this order; null where it does not. Beginnings of the label and of its words count
 * most, then letters that follow one another; of equal ones the shorter label is better.
 */
function scoreOf(label: string, typed: string): number | null {
  const text = label.toLowerCase();
  if (text === typed) return Number.POSITIVE_INFINITY;
  let score = text.startsWith(typed) ? 1_000 : 0;
  let from = 0;
  let last = -2;
  for (const sign of typed) {
    if (sign === " ") continue;
    // the beginning of a word, if there is one ahead, is what people mean
    let at = -1;
    for (let i = text.indexOf(sign, from); i >= 0; i = text.indexOf(sign, i + 1)) {
      if (at < 0) at = i;
      if (i === last + 1 || i === 0 || wordStart.test(text[i - 1] ?? "")) {
        at = i;
        break;
      }
    }
    if (at < 0) return null;
    if (at === last + 1) score += 8;
    else if (at === 0 || wordStart.test(text[at - 1] ?? "")) score += 10;
    else score += 1;
    last = at;
    from = at + 1;
  }
  return score - label.length / 1_000;
}

/** The labels that `typed` may mean, best first; all in their order while nothing is typed. */
export function findLabels(labels: readonly string[], typed: string, most = 9): string[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return labels.slice(0, most);
  const found: Found[] = [];
  for (const label of labels) {
    const score = scoreOf(label, wanted) ?? scattered(label, wanted);
    if (score !== null) found.push({ label, score });
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ label }) => label);
}

/** Every typed word occurs somewhere, in any order: "lost card" finds card_lost. */
function scattered(label: string, typed: string): number | null {
  const text = label.toLowerCase();
  const words = typed.split(/[\s_-]+/).filter(Boolean);
  return words.length > 1 && words.every((word) => text.includes(word)) ? -label.length / 1_000 : null;
}
