import type { Fault } from "./types.ts";

function isJson(inner: string): boolean {
  try {
    JSON.parse(`[${inner}]`);
    return true;
  } catch {
    return false;
  }
}

/**
 * What is wrong with text that is no JSON object, in words a person can act on.
 * @param cut the file ends behind it without a line end or bracket
 */
export function jsonFault(text: string, cut: boolean): Fault {
  const bare = text.trim();
  const several = bare.startsWith("{") && bare.endsWith("}") && /\}\s*\{/.test(bare);
  if (several && isJson(bare.replace(/\}\s*\{/g, "},{"))) {
    return { code: "several_objects", reason: "Several JSON objects stand on one line; each needs its own line." };
  }
  if (/[:,[]\s*(NaN|-?Infinity)\b/.test(text))
    return { code: "json", reason: "NaN and Infinity are not JSON; write null." };
  if (/,\s*[}\]]/.test(text) || /\}\s*,\s*$/.test(text)) {
    return { code: "json", reason: "Not valid JSON: a comma too many before a bracket or at the end of the line." };
  }
  if (/^\s*\{\s*'/.test(text))
    return { code: "json", reason: "A Python dict, not JSON: names and texts need double quotes." };
  if (cut && !/\}\s*$/.test(text)) return { code: "json", reason: "The file ends in the middle of this row." };
  return { code: "json", reason: "Not valid JSON." };
}

const isBlank = (character: string | undefined) =>
  character === " " || character === "\n" || character === "\r" || character === "\t";

/**
 * Where in a broken object the next one begins: at a bracket with the same first key, behind a bracket, a comma or a line end.
 * @param text bytes as Latin-1, so that indexes are byte offsets
 * @returns -1 when there is none
 */
export function nextObject(text: string): number {
  const first = /^\{\s{0,200}("(?:[^"\\]|\\.){1,200}")\s{0,200}:/.exec(text)?.[1];
  if (first === undefined) return -1;
  for (let at = text.indexOf("{", 1); at >= 0; at = text.indexOf("{", at + 1)) {
    let behind = at + 1;
    while (isBlank(text[behind])) behind += 1;
    if (!text.startsWith(first, behind)) continue;
    let before = at - 1;
    while (isBlank(text[before]) && text[before] !== "\n") before -= 1;
    if (before > 0 && /[},\n]/.test(text[before] ?? "")) return at;
  }
  return -1;
}
