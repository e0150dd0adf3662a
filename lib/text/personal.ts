/**
 * Personal data in a text: where, and of which kind. Made for precision: what is found is masked or dropped, so that an order number taken
 * for a card costs a row. Nothing here goes back over the text more than a fixed number of characters, whatever the text.
 */
import { findCards } from "./card.ts";
import type { PersonalKind } from "./codes.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { findIps } from "./ip.ts";
import { findDigitNumbers, findLetteredNumbers } from "./national.ts";
import { numberRuns } from "./number-runs.ts";
import { findPhones, phoneCountry } from "./phone.ts";

/** Characters `start..end` (UTF-16, end exclusive) of a text; `what` names the thing, never its value. */
export type Span = { kind: PersonalKind; start: number; end: number; what: string };

const masks: Readonly<Record<PersonalKind, string>> = {
  email: "[EMAIL]",
  phone: "[PHONE]",
  iban: "[IBAN]",
  card: "[CARD]",
  national: "[NATIONAL_ID]",
  ip: "[IP]",
};

/**
 * Personal data of these kinds, in order, without overlaps. A number that is of another kind (a card that could be dialled) is left to
 * that kind even where the kind is not asked for.
 * @param country ISO 3166 code whose phone numbers are known without an international prefix
 */
export function findPersonal(text: string, kinds: readonly PersonalKind[], country?: string): Span[] {
  const wants = (kind: PersonalKind) => kinds.includes(kind);
  let found: Span[] = [];
  const add = (spans: readonly Span[]) => {
    found = merged(found, spans);
  };
  if (wants("email") && text.includes("@")) add(findEmails(text));
  // No run of seven digits and no pair of digits: then none of the rest is there.
  const runs = numberRuns(text);
  const digits = runs.length > 0 || /\d\d/.test(text);
  if (digits && (wants("iban") || runs.length > 0)) add(findIbans(text));
  if (runs.length > 0) {
    if (wants("card") || wants("phone")) add(findCards(text, runs));
    if (wants("national") || wants("phone")) add(findDigitNumbers(text, runs));
  }
  if (digits && wants("national")) add(findLetteredNumbers(text));
  if (wants("ip")) add(findIps(text));
  if (wants("phone") && runs.length > 0) add(findPhones(text, runs, phoneCountry(country), found));
  return found.filter((span) => wants(span.kind));
}

/** Two lists in order as one; where they overlap the first keeps its place. */
function merged(first: readonly Span[], second: readonly Span[]): Span[] {
  const both: Span[] = [];
  let at = 0;
  for (const span of second) {
    for (let next = first[at]; next && next.start < span.end; next = first[++at]) both.push(next);
    if ((both.at(-1)?.end ?? 0) <= span.start) both.push(span);
  }
  return both.concat(first.slice(at));
}

/**
 * The text with `[EMAIL]`, `[PHONE]` and so on in place of what is found. Masking again changes nothing: it goes on until nothing more
 * is found, since what stood beside a masked word may only now stand alone.
 */
export function maskPersonal(text: string, kinds: readonly PersonalKind[], country?: string): string {
  let masked = text;
  for (let round = 0; round < 8; round++) {
    const spans = findPersonal(masked, kinds, country);
    if (spans.length === 0) break;
    let next = "";
    let from = 0;
    for (const span of spans) {
      next += masked.slice(from, span.start) + masks[span.kind];
      from = span.end;
    }
    masked = next + masked.slice(from);
  }
  return masked;
}
