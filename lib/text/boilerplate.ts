import { AppError } from "#lib/core/errors.ts";

/** A sentence that many answers share, and in which share of them at least it was seen. */
export type SharedSentence = { sentence: string; share: number };
/** Shared sentences by their folded text. */
export type BoilerplateSet = ReadonlyMap<string, SharedSentence>;

/** Shorter ones ("Thank you.") are manners, longer than this one is compared by its beginning. */
const shortest = 20;
const longest = 160;
/** Characters looked at from either end of an answer: what is repeated stands at the beginning or at the end. */
const looked = 1_000;

/** Folded: small letters, digits as 0 ("Step 3" is "Step 4"), single spaces. */
function fold(sentence: string): string {
  return sentence.toLowerCase().replace(/\d/g, "0").replace(/\s+/g, " ").trim().slice(0, longest);
}

/** Different sentences at the two ends of an answer, with their folded form. */
export function sentencesOf(answer: string): Map<string, string> {
  const text = answer.length <= 2 * looked ? answer : `${answer.slice(0, looked)}\n${answer.slice(-looked)}`;
  const found = new Map<string, string>();
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    const full = code === 0x3002 || code === 0xff01 || code === 0xff1f;
    const ends = code === 46 || code === 33 || code === 63;
    if (i < text.length && code !== 10 && !full && !(ends && text.charCodeAt(i + 1) <= 32)) continue;
    const sentence = text.slice(from, i + 1).trim();
    from = i + 1;
    if (sentence.length < shortest) continue;
    const key = fold(sentence);
    if (!found.has(key)) found.set(key, sentence.slice(0, longest));
  }
  return found;
}

/**
 * First pass over all answers: finds sentences that a share of them has in common, in bounded memory (Misra and Gries 1982). Counts are
 * never too high; they are too low by at most (sentences added) / (capacity + 1).
 */
export class BoilerplateCounter {
  readonly #capacity: number;
  readonly #seen = new Map<string, { count: number; sentence: string }>();
  #answers = 0;

  /** @param capacity sentences remembered at a time, some 400 bytes each */
  constructor(capacity = 8_192) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new AppError("INTERNAL", "A counter needs a capacity.");
    this.#capacity = capacity;
  }

  /** Answers counted so far. */
  get answers(): number {
    return this.#answers;
  }

  add(answer: string): void {
    this.#answers++;
    for (const [key, sentence] of sentencesOf(answer)) {
      const known = this.#seen.get(key);
      if (known) known.count++;
      else if (this.#seen.size < this.#capacity) this.#seen.set(key, { count: 1, sentence });
      else this.#forget();
    }
  }

  /** Everything counted one less; costs the capacity, at most once for so many additions. */
  #forget(): void {
    for (const [key, known] of this.#seen) if (--known.count === 0) this.#seen.delete(key);
  }

  /**
   * Sentences that at least `share` (0..1) of the answers have, and at least `fewest` answers.
   */
  shared(share: number, fewest = 20): BoilerplateSet {
    const least = Math.max(fewest, share * this.#answers);
    const found = new Map<string, SharedSentence>();
    for (const [key, { count, sentence }] of this.#seen) {
      if (count >= least) found.set(key, { sentence, share: count / this.#answers });
    }
    return found;
  }
}

/** Phrases that say nothing about the question, whoever is asked. */
const stock =
  /\bas an? (?:ai|artificial intelligence)(?: language)? (?:model|assistant)|\bi (?:am|'m) (?:just )?an ai language model|\bmy (?:knowledge|training data) (?:cutoff|cut-off|only goes)|\bas of my last (?:update|knowledge)|\bi hope this helps\b|\blet me know if you (?:have any|need any)|\bals (?:ki-)?sprachmodell|\ben tant que modèle de langage|\bcomo modelo de lenguaje|\bcome modello linguistico|作为一个?(?:ai|人工智能)语言模型/i;

/** What is boilerplate in an answer: a stock phrase, or a sentence that too many answers share. Null for none. */
export function boilerplateIn(answer: string, shared?: BoilerplateSet): string | null {
  const text = answer.length <= 2 * looked ? answer : `${answer.slice(0, looked)} ${answer.slice(-looked)}`;
  const phrase = stock.exec(text)?.[0];
  if (phrase !== undefined) return `“${phrase}” is a stock phrase`;
  if (!shared || shared.size === 0) return null;
  for (const key of sentencesOf(answer).keys()) {
    const found = shared.get(key);
    if (found) return `“${found.sentence}” stands in ${Math.round(found.share * 100)} % of the answers`;
  }
  return null;
}
