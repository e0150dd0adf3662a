import { type BoilerplateSet, boilerplateIn } from "./boilerplate.ts";
import { defaultPersonalKinds, type PersonalKind, type TextCode } from "./codes.ts";
import { cutOff } from "./cut-off.ts";
import type { LanguageDetector } from "./language.ts";
import { findPersonal, type Span } from "./personal.ts";
import { looksRefused } from "./refusal.ts";

export { maskPersonal } from "./personal.ts";

/** `note` says what was found, already masked where it is personal. */
export type TextFinding = { code: TextCode; part: "input" | "output"; note: string };
export type TextChecker = (row: { input: string; output: string | null }) => TextFinding[];

export type TextCheckOptions = {
  /** answers are free text: only then can one be cut off, refuse or hold boilerplate */
  generative: boolean;
  /** default: all but IP addresses; an empty list looks for none */
  personal?: readonly PersonalKind[];
  /** ISO 3166 country whose phone numbers are recognised without an international prefix, such as "DE"; absent: only with one */
  country?: string | undefined;
  /** `await loadLanguages(expected)`; absent: languages are not looked at */
  languages?: LanguageDetector | undefined;
  /** tells what is wrong with an answer that must be JSON, or null */
  validateJson?: ((output: string) => string | null) | undefined;
  /** sentences that too many answers share, from a first pass (`BoilerplateCounter`) */
  boilerplate?: BoilerplateSet | undefined;
  /** length in characters at which many answers end, from a first pass: there an answer without an end was cut */
  commonMaxLength?: number | undefined;
};

/** Characters of one text that are looked at; what lies behind would be a document rather than a row. */
const mostLooked = 200_000;

/**
 * Makes the checks of a version's rows: prepared once, called per row. Pure and linear in the length of the row. A finding per code and part;
 * no note repeats what was found.
 */
export function makeTextChecker(options: TextCheckOptions): TextChecker {
  const kinds = options.personal ?? defaultPersonalKinds;
  return ({ input, output }) => {
    const found: TextFinding[] = [];
    for (const [part, text] of [
      ["input", input],
      ["output", output ?? ""],
    ] as const) {
      if (text === "") continue;
      const looked = text.length > mostLooked ? text.slice(0, mostLooked) : text;
      if (kinds.length > 0) found.push(...personalFindings(part, findPersonal(looked, kinds, options.country)));
      // A label is no sentence: only free text has a language.
      const language = part === "input" || options.generative ? options.languages?.(looked) : undefined;
      if (language) found.push({ code: "language", part, note: `seems to be in ${languageName(language)}` });
    }
    if (output !== null) found.push(...answerFindings(output, options));
    return found;
  };
}

function personalFindings(part: "input" | "output", spans: readonly Span[]): TextFinding[] {
  const byKind = Map.groupBy(spans, (span) => span.kind);
  return [...byKind].map(([code, of]) => {
    const [first] = of;
    const more = of.length > 1 ? `, and ${of.length - 1} more` : "";
    return { code, part, note: `${first?.what ?? code} at character ${(first?.start ?? 0) + 1}${more}` };
  });
}

function answerFindings(output: string, options: TextCheckOptions): TextFinding[] {
  const found: TextFinding[] = [];
  const add = (code: TextCode, note: string | null | undefined) => {
    if (note) found.push({ code, part: "output", note });
  };
  if (output.trim() === "") {
    add("empty", "the answer has no text");
    return found;
  }
  const text = output.length > mostLooked ? output.slice(0, mostLooked) : output;
  if (looksRefused(text)) add("refusal", "begins as answers do that decline");
  add("invalid-json", options.validateJson?.(output));
  if (!options.generative) return found;
  add("truncated", cutOff(output, options.commonMaxLength));
  add("boilerplate", boilerplateIn(text, options.boilerplate));
  return found;
}

const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });
const languageName = (code: string): string => names.of(code) ?? code;
