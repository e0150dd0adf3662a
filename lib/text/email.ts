import { isWordCode } from "./number-runs.ts";
import type { Span } from "./personal.ts";

/** RFC 5321: 64 characters before the @, 253 behind it. */
const localMost = 64;
const domainMost = 253;

/** What stands behind the last dot of a file name or of code that has an @ in it (`icon@2x.png`), and never of an address. */
const noTopLevel = new Set(
  "png jpg jpeg gif svg webp bmp ico pdf js mjs cjs ts tsx jsx css html htm json xml yml yaml txt csv local py rb java exe dll".split(
    " ",
  ),
);

const localExtra = "!#$%&'*+-/=?^`{|}~.";
const isLabel = (code: number): boolean => (isWordCode(code) && code !== 95) || code === 45;

/** E-mail addresses in plain, Latin letters; addresses in other scripts are not looked for. */
export function findEmails(text: string): Span[] {
  const found: Span[] = [];
  let behind = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const start = localStart(text, at, behind);
    const end = domainEnd(text, at);
    if (start === at || end === 0 || isUserinfo(text, start)) continue;
    // An address of a repository, not of a person.
    if (text.slice(start, at) === "git" && text[end] === ":") continue;
    found.push({ kind: "email", start, end, what: "e-mail address" });
    behind = end;
  }
  return found;
}

/** First character of the part before the @; `at` where there is none. Quotes and brackets around an address do not belong to it. */
function localStart(text: string, at: number, floor: number): number {
  let start = at;
  while (start > floor && at - start < localMost) {
    const char = text[start - 1] ?? "";
    if (!isWordCode(text.charCodeAt(start - 1)) && !localExtra.includes(char)) break;
    start--;
  }
  while (start < at && !isWordCode(text.charCodeAt(start)) && text[start] !== "+") start++;
  const local = text.slice(start, at);
  // Behind the last `=`, `/` or `|`: `to=ada@example.com`, `a/b@example.com` are a field and a path.
  const cut = Math.max(local.lastIndexOf("="), local.lastIndexOf("/"), local.lastIndexOf("|"), local.lastIndexOf("?"));
  start += cut + 1;
  return text[at - 1] === "." || text.slice(start, at).includes("..") ? at : start;
}

/** One past the domain, 0 where there is none: at least two labels, the last of letters. */
function domainEnd(text: string, at: number): number {
  let end = at + 1;
  let label = end;
  let good = 0;
  for (; end <= text.length && end - at <= domainMost; end++) {
    const code = text.charCodeAt(end);
    if (isLabel(code)) continue;
    if (end === label || text[label] === "-" || text[end - 1] === "-") break;
    if (label > at + 1 && isTopLevel(text.slice(label, end))) good = end;
    if (code !== 46) break;
    label = end + 1;
  }
  return isWordCode(text.charCodeAt(good)) ? 0 : good;
}

function isTopLevel(label: string): boolean {
  return /^(?:[a-z\u00C0-\u024F]{2,24}|xn--[a-z\d-]{1,59})$/i.test(label) && !noTopLevel.has(label.toLowerCase());
}

/** `https://user:word@host.com`: a password is no address either, but not ours to name. */
function isUserinfo(text: string, start: number): boolean {
  let from = start;
  while (from > 0 && start - from < 200 && text.charCodeAt(from - 1) > 32) from--;
  const scheme = text.slice(from, start).lastIndexOf("://");
  return scheme >= 0 && !/[/?#=]/.test(text.slice(from + scheme + 3, start));
}
