import { luhn } from "./checksums.ts";
import { codeWord, type Group, groupsOf, isGlued, isInUrl, type NumberRun, textBefore } from "./number-runs.ts";
import type { Span } from "./personal.ts";

type Issuer = { name: string; starts: RegExp; lengths: readonly number[] };

/** Ranges of issuers (ISO/IEC 7812, as published by the networks). 13-digit Visa is gone since long, and its shape is that of an EAN. */
const issuers: readonly Issuer[] = [
  { name: "Visa", starts: /^4/, lengths: [16, 19] },
  {
    name: "Mastercard",
    starts: /^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/,
    lengths: [16],
  },
  { name: "American Express", starts: /^3[47]/, lengths: [15] },
  { name: "Discover", starts: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { name: "Diners Club", starts: /^(?:30[0-5]|3[689])/, lengths: [14] },
  { name: "JCB", starts: /^35(?:2[89]|[3-8]\d)/, lengths: [16] },
  { name: "UnionPay", starts: /^62/, lengths: [16, 17, 18, 19] },
  { name: "Mir", starts: /^220[0-4]/, lengths: [16] },
  { name: "Maestro", starts: /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, lengths: [12, 13, 16, 18, 19] },
];

/** How cards print their numbers, with separators. */
const printed = new Set(["4-4-4-4", "4-6-5", "4-6-4", "4-4-4-4-3", "4-4-4-4-2", "4-4-5"]);
const cardWord = /card|karte|carte|tarjeta|carta|kaart|visa|master|amex|credit|debit|maestro|kredit|cvv|cvc/;

/**
 * Payment cards: Luhn, the ranges of the issuers, and a shape that a card has. One in ten numbers passes Luhn, so a number without
 * separators counts only with 14 to 16 digits and no word before it that makes it an order or a case.
 */
export function findCards(text: string, runs: readonly NumberRun[]): Span[] {
  const found: Span[] = [];
  for (const run of runs) {
    if (run.digits < 12 || run.plus) continue;
    const groups = groupsOf(text, run);
    for (let i = 0; i < groups.length; i++) {
      const count = cardAt(text, groups, i, found);
      if (count > 0) i += count - 1;
    }
  }
  return found;
}

/** Looks for a card that begins with a group; gives the number of its groups, 0 for none. */
function cardAt(text: string, groups: readonly Group[], from: number, found: Span[]): number {
  const first = groups[from];
  if (!first) return 0;
  for (const count of first.digits.length >= 12 ? [1] : first.digits.length === 4 ? [5, 4, 3] : []) {
    const part = groups.slice(from, from + count);
    const last = part.at(-1);
    if (part.length < count || !last) continue;
    if (count > 1 && !(printed.has(part.map((group) => group.digits.length).join("-")) && evenlySet(text, part)))
      continue;
    const issuer = issuerOf(part.map((group) => group.digits).join(""));
    if (issuer === null || !standsAlone(text, first.start, last.end, count > 1)) continue;
    found.push({ kind: "card", start: first.start, end: last.end, what: `payment card (${issuer})` });
    return count;
  }
  return 0;
}

/** The same single separator, a space or a hyphen, between all groups. */
function evenlySet(text: string, part: readonly Group[]): boolean {
  const between = part.slice(1).map((group, i) => text.slice(part[i]?.end ?? 0, group.start));
  return between.every(
    (separator) => separator === between[0] && /^[ \u00A0\u202F\u2009\u2010-\u2013-]$/.test(separator),
  );
}

function issuerOf(digits: string): string | null {
  const issuer = issuers.find(({ starts, lengths }) => lengths.includes(digits.length) && starts.test(digits));
  return issuer && luhn(digits) ? issuer.name : null;
}

function standsAlone(text: string, start: number, end: number, printedShape: boolean): boolean {
  if (isGlued(text, start, end) || isInUrl(text, start)) return false;
  const before = textBefore(text, start);
  if (cardWord.test(before)) return true;
  return !codeWord.test(before) && (printedShape || (end - start >= 14 && end - start <= 16));
}
