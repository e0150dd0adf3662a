import { Ajv, type ValidateFunction } from "ajv";
import { AppError } from "#lib/core/errors.ts";
import { loadProjectTokenizer } from "#lib/datasets/tokenizers.ts";
import { estimateTokens } from "#lib/llm/tokens.ts";
import { BoilerplateCounter, type BoilerplateSet } from "#lib/text/boilerplate.ts";
import { makeTextChecker, type TextChecker } from "#lib/text/check.ts";
import { personalKinds } from "#lib/text/codes.ts";
import { loadLanguages } from "#lib/text/language.ts";
import type { Look } from "./look.ts";
import { pagesOf } from "./read.ts";

/** What looks at one row. */
export type RowTools = {
  checkText: TextChecker;
  /** @throws AppError when a stranger's tokenizer does not come to an end */
  countTokens: (texts: readonly string[]) => number[];
};

/** Share of the answers that must have a sentence in common. */
const boilerplateShare = 0.02;
/** Answers that must stop at one length for that to be a limit, and their share. */
const leastCut = 5;
const cutShare = 0.002;

/** Prepares the checks of single rows for a version: languages, schema, tokenizer; for free answers, what many of them share. */
export async function prepareTools(look: Look): Promise<RowTools> {
  const { policy, sink, generative } = look;
  const { languages, country } = policy.thresholds;
  const shared = generative ? await readAnswers(look) : null;
  if (languages.length === 0) look.skipped.set("language", "The policy names no expected language.");
  const checkText = makeTextChecker({
    generative,
    personal: personalKinds.filter((kind) => sink.wants(kind)),
    country: country ?? undefined,
    languages: languages.length > 0 && sink.wants("language") ? await loadLanguages(languages) : undefined,
    validateJson: jsonValidator(look),
    boilerplate: shared?.boilerplate,
    commonMaxLength: shared?.commonMaxLength,
  });
  return { checkText, countTokens: await tokenCounter(look) };
}

/** The student's own tokenizer where the project has one, else an estimate, which is said. */
async function tokenCounter(look: Look): Promise<RowTools["countTokens"]> {
  if (!look.sink.wants("too-long")) return () => [];
  const known = await loadProjectTokenizer(look.version.dataset.projectId).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    look.methods.push(`The student's tokenizer cannot be used: ${error.message}`);
    return null;
  });
  if (!known) {
    look.methods.push("Tokens are estimated from characters: there is no tokenizer of the student.");
    return (texts) => texts.map((text) => estimateTokens(text.length));
  }
  const { row, tokenizer } = known;
  look.methods.push(`Tokens are counted by the student's tokenizer, ${row.fileName} (${tokenizer.model}).`);
  return (texts) => tokenizer.counts(texts);
}

/** First pass over free answers: sentences that many share, and a length at which many stop. */
async function readAnswers(look: Look): Promise<{ boilerplate: BoilerplateSet; commonMaxLength: number | undefined }> {
  const counter = new BoilerplateCounter();
  const lengths = new Map<number, number>();
  for await (const page of pagesOf(look.reader, look.rows, `r."output" IS NOT NULL`)) {
    for (const { output } of page) {
      const wait = look.pulse();
      if (wait) await wait;
      counter.add(output ?? "");
      const length = (output ?? "").length;
      lengths.set(length, (lengths.get(length) ?? 0) + 1);
    }
  }
  return { boilerplate: counter.shared(boilerplateShare), commonMaxLength: limitOf(lengths, counter.answers) };
}

/** The greatest length, when so many answers have it (or up to two characters less) that it must be a limit. */
function limitOf(lengths: ReadonlyMap<number, number>, answers: number): number | undefined {
  const greatest = Math.max(0, ...lengths.keys());
  const there = [0, 1, 2].reduce((sum, less) => sum + (lengths.get(greatest - less) ?? 0), 0);
  return there >= Math.max(leastCut, cutShare * answers) ? greatest : undefined;
}

function jsonValidator({ task, skipped }: Look): ((output: string) => string | null) | undefined {
  if (task?.kind !== "extraction" || task.jsonSchema === null) return undefined;
  const valid = compile(task.jsonSchema);
  if (!valid) {
    skipped.set("invalid-json", "The task's JSON Schema cannot be used.");
    return undefined;
  }
  return (output) => {
    let value: unknown;
    try {
      value = JSON.parse(output);
    } catch {
      return "the answer is not JSON";
    }
    if (valid(value)) return null;
    const [first] = valid.errors ?? [];
    return `${first?.instancePath || "the answer"} ${first?.message ?? "does not follow the schema"}`;
  };
}

function compile(schema: unknown): ValidateFunction | null {
  try {
    const plain = withoutPatterns(schema) as Record<string, unknown>;
    return new Ajv({ strict: false, allErrors: false, validateFormats: false, logger: false }).compile(plain);
  } catch {
    return null;
  }
}

/** Patterns are somebody's regular expressions and could go back over a text for ever; here they are not run. */
function withoutPatterns(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (schema === null || typeof schema !== "object") return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (key === "patternProperties" || (key === "pattern" && typeof value === "string")) return [];
      // Properties may be called "pattern" too: their schemas are objects and stay.
      return [[key, key === "enum" || key === "const" ? value : withoutPatterns(value)]];
    }),
  );
}
