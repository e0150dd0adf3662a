import type { SeededRandom } from "./random.ts";

/** Neighbours on a QWERTY keyboard, for letters people hit by mistake. */
const neighbours: Readonly<Record<string, string>> = {
  a: "sq",
  b: "vn",
  c: "xv",
  d: "sf",
  e: "wr",
  f: "dg",
  g: "fh",
  h: "gj",
  i: "uo",
  j: "hk",
  k: "jl",
  l: "k",
  m: "n",
  n: "bm",
  o: "ip",
  p: "o",
  q: "wa",
  r: "et",
  s: "ad",
  t: "ry",
  u: "yi",
  v: "cb",
  w: "qe",
  x: "zc",
  y: "tu",
  z: "x",
};

/** Only plain lower-case words are misspelt: codes, names, paths and the first letter of a sentence stay readable. */
const plainWord = /^[a-z]{4,}$/;

/** Misspells each plain word with the given probability: a swap, a lost letter, a doubled letter or a neighbouring key. */
export function addTypos(text: string, probability: number, random: SeededRandom): string {
  return text
    .split(/(\b)/)
    .map((word) => (plainWord.test(word) && random.chance(probability) ? misspell(word, random) : word))
    .join("");
}

function misspell(word: string, random: SeededRandom): string {
  const at = random.int(1, word.length - 2);
  const letter = word.charAt(at);
  const before = word.slice(0, at);
  const after = word.slice(at + 1);
  switch (random.int(0, 3)) {
    case 0:
      return before + after.charAt(0) + letter + after.slice(1);
    case 1:
      return before + after;
    case 2:
      return before + letter + letter + after;
    default:
      return before + random.pick([...(neighbours[letter] ?? letter)]) + after;
  }
}
