/**
 * Characters that change how text looks without being seen: controls (but tab and line breaks), direction marks, zero widths. The
 * joiners that emoji and some scripts are written with stay.
 */
const hidden = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text with its hidden characters written out, such as `⟨U+202E⟩`, so that data cannot disguise itself. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `⟨U+${code}⟩`;
  });
}

/** The same on one line, for lists. */
export function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, " "));
}
