import { countrySpecs, isValidIBAN } from "ibantools";
import { isGlued, isWordCode } from "./number-runs.ts";
import type { Span } from "./personal.ts";

const starts = /(?<![A-Za-z\d])[A-Za-z]{2}\d{2}(?=[ \u00A0-]?[A-Za-z\d])/g;

const lengths = new Map(
  Object.entries(countrySpecs).flatMap(([country, { chars, IBANRegistry }]) =>
    typeof chars === "number" && IBANRegistry ? [[country, chars] as const] : [],
  ),
);

/** IBANs with or without spaces: country, its length and pattern, and the check digits mod 97 (ISO 13616, by ibantools). */
export function findIbans(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(starts)) {
    const start = match.index;
    const length = lengths.get(match[0].slice(0, 2).toUpperCase());
    const end = length === undefined ? 0 : endOf(text, start, length);
    if (end === 0 || isGlued(text, start, end)) continue;
    if (
      isValidIBAN(
        text
          .slice(start, end)
          .replace(/[ \u00A0-]/g, "")
          .toUpperCase(),
      )
    )
      found.push({ kind: "iban", start, end, what: "IBAN" });
  }
  return found;
}

/** One past the `length`th letter or digit, single spaces and hyphens left out; 0 where the text has fewer. */
function endOf(text: string, start: number, length: number): number {
  let seen = 0;
  let separated = true;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isWordCode(code) && code < 128 && code !== 95) {
      separated = false;
      if (++seen === length) return i + 1;
    } else if (separated || !(code === 32 || code === 45 || code === 0xa0)) return 0;
    else separated = true;
  }
  return 0;
}
