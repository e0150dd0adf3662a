/**
 * National identity numbers. With a real check digit: German tax id (Steuer-ID), French NIR, Dutch BSN, Spanish DNI and NIE, Italian codice
 * fiscale, Swiss AHV. Without one, by published rules and their printed shape: US SSN, UK NINO.
 */
import { dutchBsn, ean13, frenchNir, germanTaxId, italianFiscalCode, spanishDni, usSsn } from "./checksums.ts";
import { codeWord, type Group, groupsOf, isGlued, isInUrl, type NumberRun, textBefore } from "./number-runs.ts";
import type { Span } from "./personal.ts";

type Rule = {
  what: string;
  /** lengths of the groups between separators, as printed */
  shapes: ReadonlySet<string>;
  /** what may stand between the groups */
  separators: RegExp;
  valid(digits: string, groups: readonly Group[]): boolean;
  /** a word that must stand before, where the check digit alone proves too little */
  word?: RegExp;
};

const space = /^[ \u00A0\u202F]$/;
const bsnWord = /bsn|burgerservice|sofi/;

const rules: readonly Rule[] = [
  {
    what: "US social security number",
    shapes: new Set(["3-2-4"]),
    separators: /^-$/,
    valid: (_, [area, group, serial]) => usSsn(area?.digits ?? "", group?.digits ?? "", serial?.digits ?? ""),
  },
  {
    what: "US social security number",
    shapes: new Set(["3-2-4", "9"]),
    separators: space,
    valid: (digits) => usSsn(digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)),
    word: /\bssn\b|social security/,
  },
  { what: "German tax id", shapes: new Set(["11", "2-3-3-3"]), separators: space, valid: germanTaxId },
  {
    what: "French NIR",
    shapes: new Set(["15", "13-2", "1-2-2-2-3-3-2"]),
    separators: space,
    valid: frenchNir,
  },
  {
    what: "Dutch BSN",
    shapes: new Set(["9", "4-2-3", "3-3-3", "3-2-4"]),
    separators: /^[ .\u00A0]$/,
    valid: dutchBsn,
    word: bsnWord,
  },
  {
    what: "Swiss AHV number",
    shapes: new Set(["13", "3-4-4-2"]),
    separators: /^[ .\u00A0]$/,
    valid: (digits) => digits.startsWith("756") && ean13(digits),
  },
];

const personWord =
  /steuer|tax|sozial|social|s[ée]cu|ahv|avs|\bdni\b|\bnie\b|\bnir\b|insurance|passport|ausweis|citizen|fiscal/;
const mayBePerson = (before: string): boolean => personWord.test(before) || !codeWord.test(before);

const shapesOfAll = new Set(rules.flatMap(({ shapes }) => [...shapes]));
/** Groups of the shapes above. */
const counts = [7, 4, 3, 2, 1];

/** National numbers of digits only, among the runs of digits. A date or another number may stand behind one. */
export function findDigitNumbers(text: string, runs: readonly NumberRun[]): Span[] {
  const found: Span[] = [];
  for (const run of runs) {
    if (run.digits < 9 || run.plus) continue;
    const groups = groupsOf(text, run);
    for (let i = 0; i < groups.length; i++) {
      const span = numberAt(text, groups, i);
      if (!span) continue;
      found.push(span);
      while ((groups[i + 1]?.start ?? span.end) < span.end) i++;
    }
  }
  return found;
}

function numberAt(text: string, groups: readonly Group[], from: number): Span | null {
  for (const count of counts) {
    const part = groups.slice(from, from + count);
    const shape = part.map((group) => group.digits.length).join("-");
    const first = part[0];
    const last = part.at(-1);
    if (part.length < count || !first || !last || !shapesOfAll.has(shape)) continue;
    if (isGlued(text, first.start, last.end) || isInUrl(text, first.start)) continue;
    const digits = part.map((group) => group.digits).join("");
    const before = textBefore(text, first.start);
    const rule = rules.find(
      ({ shapes, separators, valid, word }) =>
        shapes.has(shape) &&
        part.every((group, i) => i === 0 || separators.test(text.slice(part[i - 1]?.end, group.start))) &&
        (word === undefined ? mayBePerson(before) : word.test(before)) &&
        valid(digits, part),
    );
    if (rule) return { kind: "national", start: first.start, end: last.end, what: rule.what };
  }
  return null;
}

const ninoWord = /\bni\b|\bnino\b|national insurance/;
/**
 * Those with letters, in one pattern of fixed lengths: codice fiscale, NIE and DNI, NINO (solid or in pairs), NIR of Corsica.
 * Capitals only but for the codice fiscale, which is long enough to be sure of in small letters too.
 */
const lettered =
  /(?<![\w-])(?:([A-Za-z]{6}[\dL-NP-Vl-np-v]{2}[A-Za-z][\dL-NP-Vl-np-v]{2}[A-Za-z][\dL-NP-Vl-np-v]{3}[A-Za-z])|((?:\d|[XYZ]-?)\d{7}-?[A-Z])|([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d\d){3} ?[A-D])|([1278] ?\d\d ?\d\d ?2[AB] ?\d{3} ?\d{3} ?\d\d))(?![\w-])/g;

/** National numbers with letters in them. */
export function findLetteredNumbers(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(lettered)) {
    const what = letteredKind(match, textBefore(text, match.index));
    const end = match.index + match[0].length;
    if (what !== null && !isGlued(text, match.index, end) && !isInUrl(text, match.index))
      found.push({ kind: "national", start: match.index, end, what });
  }
  return found;
}

function letteredKind([, fiscal, dni, nino, nir]: RegExpExecArray, before: string): string | null {
  if (fiscal !== undefined) return italianFiscalCode(fiscal.toUpperCase()) ? "Italian codice fiscale" : null;
  if (nir !== undefined) return frenchNir(nir.replaceAll(" ", "")) ? "French NIR" : null;
  if (dni !== undefined) {
    if (!mayBePerson(before)) return null;
    return spanishDni(dni.replaceAll("-", "")) ? (/^\d/.test(dni) ? "Spanish DNI" : "Spanish NIE") : null;
  }
  if (nino === undefined || /^(?:BG|GB|NK|KN|TN|NT|ZZ)/.test(nino)) return null;
  // Solid, it is the shape of many an article number.
  return nino.split(" ").length === 5 || ninoWord.test(before) ? "UK national insurance number" : null;
}
