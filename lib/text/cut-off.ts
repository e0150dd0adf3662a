/**
 * Whether a text stops before its end. Most texts without a full stop are whole (names, titles, lists, code), so this says so only where
 * something shows it: an open bracket, quote or code block, a last word that cannot be one, or a length at which many others stop too.
 */

/** Behind these something must come, by language. */
const hanging = new Set(
  (
    "the a an of and or to in for with that which is are was were be by at from as but if because than into your our their my his its this these " +
    "der die das den dem des ein eine einen einem und oder mit für von zu im ist sind wird weil dass wenn als auf bei " +
    "le la les un une des du et ou de à pour avec qui que dans est sont el los las una y con para por del il lo gli che e o di per " +
    "het een en van voor met is zijn og och att som"
  ).split(" "),
);

const terminal = /[.!?…。！？।؟:;)\]}>"'”’»*_`|~=\d]$|\p{Extended_Pictographic}\uFE0F?$/u;
const sentenceEnd = /[.!?…。！？]["'”’)]?\s/g;

/**
 * Why the text seems cut, or null.
 * @param commonMaxLength characters at which many texts of the set stop
 */
export function cutOff(text: string, commonMaxLength?: number): string | null {
  const end = text.trimEnd();
  if (end.length === 0) return null;
  const open = openJson(end);
  if (open !== null) return open;
  if (fences(end) % 2 === 1) return "a code block is open at its end";
  if (terminal.test(end.slice(-4))) return null;
  if (commonMaxLength !== undefined && Math.abs(text.length - commonMaxLength) <= 2)
    return `it stops at ${commonMaxLength} characters, as many others do`;
  const lastLine = end.slice(Math.max(end.lastIndexOf("\n") + 1, end.length - 400));
  const words = lastLine.trim().split(/\s+/);
  const last = (words.at(-1) ?? "").toLowerCase();
  if (words.length >= 4 && (hanging.has(last) || /[,–—-]$/.test(last))) return `it ends with “${last.slice(-20)}”`;
  if (end.length < 160 || words.length < 4) return null;
  if (isItem(lastLine)) return itemsEnd(end) ? "its last list item has no end" : null;
  if (!isProse(lastLine)) return null;
  // Whole sentences before and none at the end: the writer uses full stops, and stopped without one.
  return (end.slice(-1_200).match(sentenceEnd)?.length ?? 0) >= 2 ? "its last sentence has no end" : null;
}

const isItem = (line: string): boolean => /^\s*(?:[-*•+]|\d{1,3}[.)])\s/.test(line);

/** Whether the items before the last one, of a few words or more, end with a full stop: then the last one should too. */
function itemsEnd(text: string): boolean {
  const items = text
    .slice(-2_000)
    .split("\n")
    .slice(1, -1)
    .filter((line) => isItem(line) && line.length > 30);
  return items.length >= 2 && items.every((line) => /[.!?…。]["'”’)*]{0,3}\s*$/.test(line.slice(-8)));
}

/** A heading, a table, code or an address may well end without a full stop. */
function isProse(line: string): boolean {
  return !/^\s*(?:[#>|]|[a-z][.)]\s)/i.test(line) && !/[{}<>=\\|]|:\/\/|\w\(/.test(line.slice(-200));
}

function fences(text: string): number {
  let count = 0;
  for (let at = text.indexOf("```"); at >= 0; at = text.indexOf("```", at + 3)) count++;
  return count;
}

/** For a text that begins as JSON does: whether a bracket or a string is open at its end. One pass, no parse. */
function openJson(text: string): string | null {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[") return null;
  // `[1] A footnote` and `{name}` are no JSON.
  if (!/^\s*(?:\{\s*(?:"|$)|\[\s*(?:["[{]|-?\d+\s*(?:,|$)))/.test(text.slice(0, 200))) return null;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
  }
  if (quoted) return "its JSON stops inside a text";
  return depth > 0 ? `its JSON lacks ${depth} closing ${depth === 1 ? "bracket" : "brackets"}` : null;
}
