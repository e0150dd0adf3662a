/**
 * Digits with what people put between them (`+49 (0)30 / 901820`, `4111-1111-1111-1111`), found in one pass over the text. Most texts
 * have none, so that everything that looks for numbers costs one loop.
 */

export type Group = { start: number; end: number; digits: string };
export type NumberRun = {
  /** first digit, and one past the last */
  start: number;
  end: number;
  /** a `+` stands directly before (with or without a bracket) */
  plus: boolean;
  digits: number;
};

/** Numbers that could mean anything have at least this many digits; an IBAN of letters has fewer in its first run. */
const fewestDigits = 7;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

function isSeparator(code: number): boolean {
  // space . - / ( ) no-break and thin spaces, hyphens and dashes
  if (code === 32 || code === 46 || code === 45 || code === 47 || code === 40 || code === 41) return true;
  return code === 0xa0 || code === 0x202f || code === 0x2009 || (code >= 0x2010 && code <= 0x2013);
}

/** Letters, digits and the underscore: what makes a number part of a longer word. */
export function isWordCode(code: number): boolean {
  if (isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95) return true;
  return code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7;
}

/** Every run of at least seven digits, with at most three separators between two of them. */
export function numberRuns(text: string): NumberRun[] {
  const runs: NumberRun[] = [];
  let start = -1;
  let end = -1;
  let digits = 0;
  let plus = false;
  const close = () => {
    if (digits >= fewestDigits) runs.push({ start, end, plus, digits });
    start = -1;
    digits = 0;
    plus = false;
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) {
      if (start < 0) {
        start = i;
        plus = text[i - 1] === "+" || (text[i - 1] === "(" && text[i - 2] === "+");
      }
      end = i + 1;
      digits++;
    } else if (start >= 0 && (!isSeparator(code) || i - end >= 3)) close();
  }
  close();
  return runs;
}

/** The digits of a run between its separators. */
export function groupsOf(text: string, run: { start: number; end: number }): Group[] {
  const groups: Group[] = [];
  let from = run.start;
  for (let i = run.start; i <= run.end; i++) {
    if (i < run.end && isDigit(text.charCodeAt(i))) continue;
    if (i > from) groups.push({ start: from, end: i, digits: text.slice(from, i) });
    from = i + 1;
  }
  return groups;
}

const joining = "-/._#&\\";

/**
 * Whether the characters `start..end` are part of a longer word, code, path or address: `SKU1234567`, the last part of a UUID,
 * `/orders/1234567`, `INV-2024-000123`.
 */
export function isGlued(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (isWordCode(before) || isWordCode(after)) return true;
  // the seconds of a time
  if (text[start - 1] === ":" && isDigit(text.charCodeAt(start - 2))) return true;
  if (start > 1 && joining.includes(text[start - 1] ?? " ") && isWordCode(text.charCodeAt(start - 2))) return true;
  return end + 1 < text.length && joining.includes(text[end] ?? " ") && isWordCode(text.charCodeAt(end + 1));
}

/** Whether it lies in a web address: the word that it stands in began with a scheme. */
export function isInUrl(text: string, start: number): boolean {
  let from = start;
  while (from > 0 && start - from < 200 && text.charCodeAt(from - 1) > 32) from--;
  return text.slice(from, start).includes("://");
}

/** The text just before a number, in lower case, in which a word may say what the number is. */
export function textBefore(text: string, start: number, characters = 40): string {
  return text.slice(Math.max(0, start - characters), start).toLowerCase();
}

const things =
  "order|invoice|ticket|track|parcel|ref|case|serial|sku|article|product|item|version|build|isbn|ean|imei|transaction|customer|account|" +
  "bestell|rechnung|auftrag|sendung|vorgang|artikel|serien|kunden|konto|commande|facture|colis|pedido|factura|ordine|fattura|factuur|id|no|nr";

/** A word at the end of the text before a number: an order, a case or an article, and no person. Takes what `textBefore` gives. */
export const codeWord = new RegExp(
  `(?:\\b(?:${things})\\w{0,12}|#|№)[\\s.:#№°-]{0,4}(?:(?:no|nr|number|nummer|id|is|num|ist)\\b[\\s.:#]{0,3}){0,2}$`,
);
