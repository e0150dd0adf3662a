import type { Split } from "./sniffed.ts";

const dataEndings = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)$/i;
const nested = /\.(zip|tar|tgz|gz|bz2|xz|zst|7z|rar)$/i;
/** Files that describe a dataset or were left by a tool. */
const aside =
  /^(dataset_infos?|dataset_dict|state|package|package-lock|tsconfig|metadata)\.json$|^(readme|license|licence|notice|copying|changelog|citation|authors|requirements)(\.|$)|\.md$/i;

const lastPart = (name: string) => name.split("/").at(-1) ?? name;

/** Left by operating systems and version control; told nowhere. */
export function isHidden(name: string): boolean {
  return name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

/** What a file of an archive is by its name: rows, a description, or nothing that is read (with the reason). */
export function roleOf(name: string): "data" | "aside" | { refused: string } {
  const last = lastPart(name);
  if (aside.test(last)) return "aside";
  if (dataEndings.test(last)) return "data";
  if (nested.test(last)) return { refused: "it is packed itself; archives in archives are not read" };
  if (/\.arrow$/i.test(last)) return { refused: "it is an Arrow file; save the dataset as Parquet" };
  return { refused: "it is no data file by its name" };
}

const splitNames: readonly [Split, RegExp][] = [
  ["train", /^(train|training)$/],
  ["validation", /^(validation|valid|val|dev)$/],
  ["test", /^(test|testing|eval|evaluation)$/],
];

/** The split that a single word names. */
export function splitNamed(word: string): Split | null {
  return splitNames.find(([, words]) => words.test(word.toLowerCase()))?.[0] ?? null;
}

/** The split that a file's name tells, as Hugging Face reads it: its last part first, then the folders. */
export function splitOf(name: string): Split | null {
  for (const part of name.split("/").reverse()) {
    for (const word of part.replace(/\.[a-z]+$/i, "").split(/[-._ 0-9]+/)) {
      const split = splitNamed(word);
      if (split) return split;
    }
  }
  return null;
}
