import { Tokenizer } from "@huggingface/tokenizers";
import { AppError } from "#lib/core/errors.ts";
import { withinTime } from "./time-limit.ts";
import { placeBytes, placeLetters } from "./token-offsets.ts";
import { readTokenizerFile } from "./tokenizer-file.ts";

/** `start..end` are UTF-16 characters of the text, absent for pieces that stand for none (special and unknown ones). */
export type Piece = { id: number; piece: string; start?: number; end?: number };

export type StudentTokenizer = {
  model: "BPE" | "WordPiece" | "Unigram";
  vocabulary: number;
  /** where counts may differ from the model's own library */
  warnings: readonly string[];
  /** tokens that the student sees, special ones included */
  count(text: string): number;
  /** the same for many texts under one watch, which is much faster than one by one */
  counts(texts: readonly string[]): number[];
  /** the tokens of a text of at most `longestText` characters */
  pieces(text: string): Piece[];
};

/** Longer texts are counted in parts, cut at white space: exact but for a token at each cut. */
export const longestText = 50_000;

/** A tokenizer of 17 MB is built in about a second; a million characters are split in one or two. */
const buildMs = 10_000;
const watchMs = (characters: number): number => 1_000 + Math.ceil(characters / 200);

/** On such texts a pattern that goes back over the text for ever is found out: before anybody waits for it. */
const probes = ["a", " ", "A", "1", "\n", "!", "'", "é", "漢", "a1", "a ", " \n", "aA", "1.", "''"].map((part) =>
  part.repeat(800),
);
const probesMs = 1_500;

/**
 * The student's tokenizer from the text of a `tokenizer.json`. Its patterns are a stranger's, so they run under a watch.
 * @throws AppError INVALID for what is no tokenizer, LIMIT for one that is too large or does not come to an end
 */
export function loadTokenizer(text: string): StudentTokenizer {
  const { json, model, vocabulary, byteLevel, warnings } = readTokenizerFile(text);
  const tokenizer = withinTime(buildMs, "Building this tokenizer", () => build(json));
  withinTime(probesMs, "Splitting a sample text with this tokenizer", () =>
    sound(() => {
      for (const probe of probes) tokenizer.tokenize(`${probe}\u0001`, { add_special_tokens: true });
    }),
  );
  const countOne = (one: string): number => {
    const parts = partsOf(one);
    const special = parts.length > 1 ? tokenizer.tokenize("", { add_special_tokens: true }).length : 0;
    let total = 0;
    for (const part of parts) total += tokenizer.tokenize(part, { add_special_tokens: true }).length;
    return total - special * (parts.length - 1);
  };
  const watched = <T>(characters: number, work: () => T): T =>
    withinTime(watchMs(characters), "Splitting this text into tokens", () => sound(work));
  const counts = (texts: readonly string[]) =>
    watched(
      texts.reduce((sum, one) => sum + one.length, 0),
      () => texts.map(countOne),
    );
  return {
    model,
    vocabulary,
    warnings,
    counts,
    count: (one) => counts([one])[0] ?? 0,
    pieces(one) {
      if (one.length > longestText)
        throw new AppError(
          "LIMIT",
          `Pieces are shown for texts of at most ${longestText.toLocaleString("en-US")} characters.`,
        );
      return watched(one.length * 4, () => {
        const { ids, tokens } = tokenizer.encode(one);
        const places = byteLevel ? placeBytes(one, tokens) : placeLetters(one, tokens);
        return tokens.map((piece, i): Piece => {
          const place = places[i];
          return { id: ids[i] ?? -1, piece, ...(place ?? {}) };
        });
      });
    },
  };
}

function build(json: object): Tokenizer {
  try {
    const tokenizer = new Tokenizer(json, {});
    tokenizer.tokenize("a b", { add_special_tokens: true });
    return tokenizer;
  } catch (error) {
    throw new AppError("INVALID", "This tokenizer cannot be used.", {
      where: error instanceof Error ? error.message.slice(0, 200) : "tokenizer.json",
      todo: "Send the tokenizer.json of the model, as saved by Hugging Face tokenizers.",
    });
  }
}

/** What the library throws on a text is about the file, not about us. */
function sound<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AppError("INVALID", "The student's tokenizer fails on this text.", {
      where: error instanceof Error ? error.message.slice(0, 200) : "tokenizer.json",
    });
  }
}

function partsOf(text: string): string[] {
  if (text.length <= longestText) return [text];
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + longestText);
    if (to < text.length) {
      const space = text.lastIndexOf(" ", to);
      if (space > from + longestText / 2) to = space;
      else if (/[\uDC00-\uDFFF]/.test(text[to] ?? "")) to--;
    }
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}
