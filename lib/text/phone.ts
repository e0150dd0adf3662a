import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { codeWord, type Group, groupsOf, isGlued, isInUrl, type NumberRun, textBefore } from "./number-runs.ts";
import type { Span } from "./personal.ts";

const phoneWord =
  /phone|\btel\b|telef|\bcall\b|mobil|\bcell|handy|\bfax|whatsapp|\bsms\b|\btext me|\bruf|anruf|erreich|portable|appel|ll[aá]m|m[oó]vil|cellul|\bbel\b|\bdial|hotline|contact|\breach|\bring\b/;

const plainSpace = /^[ \u00A0\u202F\u2009]$/;

/** A country that phone numbers are known of, or undefined. */
export function phoneCountry(country: string | undefined): CountryCode | undefined {
  const code = country?.toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
}

/**
 * Phone numbers that exist by the numbering plan (libphonenumber's full metadata). With `+` or `00` and the country code anywhere; without, only
 * of `country`, and only as a person writes them: with separators, with the trunk 0, or behind a word such as "phone". A look at the plan
 * takes some 20 microseconds, so a text gets one for each 16 characters: a table of figures does not take minutes.
 * @param taken what is of another kind already, in order
 */
export function findPhones(
  text: string,
  runs: readonly NumberRun[],
  country: CountryCode | undefined,
  taken: readonly Span[],
): Span[] {
  const found: Span[] = [];
  const budget = { left: 16 + text.length / 16 };
  for (const groups of freeGroups(text, runs, taken)) {
    for (let i = 0; i < groups.length && budget.left > 0; i++) {
      const first = groups[i];
      if (!first) continue;
      const plus = i === 0 && /\+\(?$/.test(text.slice(Math.max(0, first.start - 2), first.start));
      if (!plus && !first.digits.startsWith("0") && country === undefined) continue;
      const count = phoneAt(text, groups.slice(i, i + 8), plus, country, budget);
      const last = groups[i + count - 1];
      if (count === 0 || !last) continue;
      found.push({ kind: "phone", start: openingOf(text, first.start, last.end), end: last.end, what: "phone number" });
      i += count - 1;
    }
  }
  return found;
}

/** Groups of digits that stand together and are of no other kind already. */
function freeGroups(text: string, runs: readonly NumberRun[], taken: readonly Span[]): Group[][] {
  const parts: Group[][] = [];
  let at = 0;
  for (const run of runs) {
    let part: Group[] = [];
    for (const group of groupsOf(text, run)) {
      while ((taken[at]?.end ?? Number.POSITIVE_INFINITY) <= group.start) at++;
      if ((taken[at]?.start ?? Number.POSITIVE_INFINITY) >= group.end) part.push(group);
      else if (part.length > 0) part = parts[parts.push(part)] ?? [];
    }
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

/** Longest number that begins with the first group, in groups; 0 for none. */
function phoneAt(
  text: string,
  groups: readonly Group[],
  plus: boolean,
  country: CountryCode | undefined,
  budget: { left: number },
): number {
  const start = groups[0]?.start ?? 0;
  let context: Context | null = plus ? { named: true, other: false } : null;
  for (let count = groups.length; count > 0; count--) {
    const part = groups.slice(0, count);
    const digits = part.map((group) => group.digits).join("");
    const end = part.at(-1)?.end ?? start;
    if (digits.length < 7 || digits.length > 17 || isGlued(text, plus ? start - 1 : start, end)) continue;
    context ??= contextOf(text, start);
    if (context.other) return 0;
    const trunk = part[1]?.digits === "0" && text[(part[1]?.start ?? 0) - 1] === "(" ? withoutTrunk(part) : digits;
    const written = plus ? `+${trunk}` : digits.startsWith("00") ? `+${trunk.slice(2)}` : digits;
    if (!context.named && !looksWritten(text, part, digits)) continue;
    budget.left--;
    const number = parsePhoneNumberFromString(written, {
      ...(country ? { defaultCountry: country } : {}),
      extract: false,
    });
    if (number?.isValid()) return count;
  }
  return 0;
}

/** What the words before a number say: that it is a phone's, or that it is something else. */
type Context = { named: boolean; other: boolean };

function contextOf(text: string, start: number): Context {
  const before = textBefore(text, start);
  const named = phoneWord.test(before);
  return { named, other: isInUrl(text, start) || (!named && (codeWord.test(before) || /[$€£¥%]\s?$/.test(before))) };
}

/** `+49 (0)30 …`: the bracketed 0 is dialled at home only. */
const withoutTrunk = (part: readonly Group[]): string =>
  part.flatMap((group, i) => (i === 1 ? [] : [group.digits])).join("");

/** Whether groups without `+` have the look of a phone number rather than of an amount, a date, a version or an identifier. */
function looksWritten(text: string, part: readonly Group[], digits: string): boolean {
  const lengths = part.map((group) => group.digits.length);
  if (part.length === 1) return digits.startsWith("0") && digits.length >= 10;
  if (digits.startsWith("00") && digits.length < 10) return false;
  const between = part.slice(1).map((group, i) => text.slice(part[i]?.end ?? 0, group.start));
  // a decimal fraction
  if (digits.startsWith("0") && lengths[0] === 1 && between[0] === ".") return false;
  if (isDate(part) || Math.max(...lengths) > 8) return false;
  // 12 345 678, 1.234.567: thousands
  const thousands = (lengths[0] ?? 0) <= 3 && lengths.slice(1).every((length) => length === 3);
  if (thousands && !digits.startsWith("0")) return between.every((separator) => separator === "-");
  // single figures in a row: a list or a table
  if (lengths.filter((length) => length === 1).length > 1 || part.length > 6) return false;
  if (digits.startsWith("0")) return between.every((separator) => separator.length <= 3);
  return (
    between.every(
      (separator) =>
        separator === "-" || separator === "." || separator === ") " || separator === ")" || plainSpace.test(separator),
    ) && digits.length >= 9
  );
}

/** A date stands at the beginning, the year first or last: 2024-01-31, 31.01.2024, 1/31/2024. */
function isDate(part: readonly Group[]): boolean {
  const [a, b, c] = part.map(({ digits }) => ({ length: digits.length, value: Number(digits) }));
  if (!a || !b) return false;
  const year = (group: typeof a) => group.length === 4 && group.value >= 1800 && group.value <= 2100;
  const small = (group: typeof a) => group.length <= 2 && group.value <= 31;
  if (year(a) && (small(b) || year(b))) return true;
  return c !== undefined && small(a) && small(b) && year(c);
}

/** The `+` and the bracket before a number belong to it. */
function openingOf(text: string, start: number, end: number): number {
  let from = start;
  if (text[from - 1] === "(" && text.slice(start, end).includes(")")) from--;
  if (text[from - 1] === "+") from--;
  return from;
}
