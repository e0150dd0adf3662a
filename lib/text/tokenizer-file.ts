/**
 * Reads a `tokenizer.json` of Hugging Face as what it is: a stranger's file. Shape and sizes are checked before the library sees it, and what the
 * library does otherwise than the original (it is the students' tokenizer, so counts must agree) is put right or told.
 * Format: huggingface.co/docs/tokenizers.
 */
import { AppError } from "#lib/core/errors.ts";
import { formatBytes } from "#lib/format.ts";

/** Qwen's is 7 MB and Llama 3's 17 MB. */
export const maxTokenizerBytes = 20 * 1024 * 1024;

type Json = { [key: string]: unknown };
export type TokenizerFile = {
  json: Json;
  model: "BPE" | "WordPiece" | "Unigram";
  /** different tokens, added ones included */
  vocabulary: number;
  /** pieces are bytes of UTF-8 in the letters of GPT-2 */
  byteLevel: boolean;
  /** where counts may differ from the original */
  warnings: string[];
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function wrong(what: string): never {
  throw new AppError("INVALID", `This is no tokenizer that can be used: ${what}.`, {
    where: "tokenizer.json",
    todo: "Send the tokenizer.json of the model, as saved by Hugging Face tokenizers.",
  });
}

/** @throws AppError INVALID, LIMIT */
export function readTokenizerFile(text: string): TokenizerFile {
  if (text.length > maxTokenizerBytes)
    throw new AppError("LIMIT", `The file is larger than ${formatBytes(maxTokenizerBytes)}.`, { status: 413 });
  let json: unknown;
  try {
    json = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    wrong(`it is not JSON (${error instanceof Error ? error.message.slice(0, 100) : "unreadable"})`);
  }
  if (!isObject(json) || !isObject(json.model)) wrong('it has no "model"');
  const model = modelOf(json.model);
  const added = addedOf(json.added_tokens);
  const { vocab } = json.model;
  const beyond = added.filter(({ content }) => !isObject(vocab) || !Object.hasOwn(vocab, content)).length;
  const warnings: string[] = [];
  const steps = { growth: 1, byteLevel: false };
  for (const part of ["normalizer", "pre_tokenizer", "post_processor", "decoder"]) {
    json[part] = partOf(json[part] ?? null, part, 0, steps, warnings);
  }
  // Truncation and padding belong to training and serving; a count is of the whole text.
  json.truncation = null;
  json.padding = null;
  json.added_tokens = added;
  return {
    json,
    ...model,
    vocabulary: model.vocabulary + beyond,
    byteLevel: steps.byteLevel,
    warnings,
  };
}

const idMost = 2 ** 24;
const isId = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) < idMost;

function modelOf(model: Json): Pick<TokenizerFile, "model" | "vocabulary"> {
  const { vocab, merges } = model;
  const type = model.type ?? (Array.isArray(vocab) ? "Unigram" : merges === undefined ? "WordPiece" : "BPE");
  if (type !== "BPE" && type !== "WordPiece" && type !== "Unigram")
    wrong(`its model is "${String(type).slice(0, 40)}"`);
  model.type = type;
  if (type === "Unigram") {
    const good = (entry: unknown) =>
      Array.isArray(entry) && typeof entry[0] === "string" && entry[0] !== "" && Number.isFinite(entry[1]);
    if (!Array.isArray(vocab) || vocab.length === 0 || !vocab.every(good))
      wrong("its vocabulary is no list of pieces and scores");
    if (model.unk_id !== null && !(isId(model.unk_id) && Number(model.unk_id) < vocab.length))
      wrong("its unk_id names no piece");
    return { model: type, vocabulary: vocab.length };
  }
  if (!isObject(vocab)) wrong("it has no vocabulary");
  const ids = Object.values(vocab);
  if (ids.length === 0 || !ids.every(isId)) wrong("its vocabulary does not give each piece a number");
  if (type === "BPE") {
    const pair = (entry: unknown) =>
      typeof entry === "string"
        ? entry.includes(" ")
        : Array.isArray(entry) && entry.length === 2 && entry.every((side) => typeof side === "string");
    if (!Array.isArray(merges) || !merges.every(pair)) wrong("its merges are no pairs");
  } else if (typeof model.unk_token !== "string") wrong("it names no token for what is unknown");
  return { model: type, vocabulary: ids.length };
}

type AddedToken = { content: string; id: number };

function addedOf(added: unknown): AddedToken[] {
  if (added === undefined || added === null) return [];
  const good = (token: unknown): token is AddedToken =>
    isObject(token) &&
    typeof token.content === "string" &&
    token.content !== "" &&
    token.content.length <= 500 &&
    isId(token.id);
  if (!Array.isArray(added) || added.length > 50_000 || !added.every(good))
    wrong("its added tokens are no list of texts with numbers");
  return added;
}

/** What a text may grow to while it is normalised: a file of a few lines could make gigabytes of a row. */
const growthMost = 300;

/** Checks one step, or a sequence of them, and puts right what the library does in another way. */
function partOf(
  part: unknown,
  where: string,
  depth: number,
  steps: { growth: number; byteLevel: boolean },
  warnings: string[],
): unknown {
  if (part === null) return null;
  if (!isObject(part) || typeof part.type !== "string" || depth > 4) wrong(`its ${where} is no step`);
  for (const list of ["normalizers", "pretokenizers", "processors", "decoders"]) {
    const inner = part[list];
    if (inner === undefined) continue;
    if (!Array.isArray(inner) || inner.length > 30) wrong(`its ${where} is no sequence of steps`);
    part[list] = inner.map((step) => partOf(step, where, depth + 1, steps, warnings));
  }
  const pattern = isObject(part.pattern) ? (part.pattern.Regex ?? part.pattern.String) : part.pattern;
  if (
    part.pattern !== undefined &&
    part.type !== "Precompiled" &&
    (typeof pattern !== "string" || pattern === "" || pattern.length > 5_000)
  )
    wrong(`a pattern of its ${where} is empty or too long`);
  if (where === "decoder" || where === "post_processor") return part;
  const added = [part.content, part.replacement, part.prepend, part.str_rep].find((text) => typeof text === "string");
  if (typeof added === "string" && (part.type === "Replace" || part.type === "Prepend" || part.type === "Metaspace"))
    steps.growth *= Math.max(
      part.type === "Replace" && isObject(part.pattern) && part.pattern.Regex !== undefined ? 2 : 1,
      added.length,
    );
  if (steps.growth > growthMost) wrong(`its ${where} makes texts much longer`);
  if (part.type === "ByteLevel") steps.byteLevel = true;
  if (part.type === "Split" && /^(?:MergedWith|Contiguous)/.test(String(part.behavior)))
    warnings.push(
      `Splitting with “${String(part.behavior).slice(0, 40)}” is done as “Isolated” here; counts may differ slightly.`,
    );
  return faithful(part);
}

/** Two steps of the original in terms that the library does like it: `\w` of Unicode, and marks of punctuation one by one. */
function faithful(part: Json): Json {
  if (part.type === "Whitespace")
    return { type: "Split", pattern: { Regex: "\\w+|[^\\w\\s]+" }, behavior: "Removed", invert: true };
  if (part.type === "Punctuation" && (part.behavior ?? "Isolated") === "Isolated")
    return { type: "Split", pattern: { Regex: "[\\p{P}!-/:-@\\[-`{-~]" }, behavior: "Isolated", invert: false };
  return part;
}
