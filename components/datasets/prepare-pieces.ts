import type { TokenPiece } from "#lib/datasets/tokens-schema.ts";
import { formatCount } from "#lib/format.ts";
import { visible } from "./visible.ts";

/** What a chip shows, how it stands out, and what is told of it. */
export type Chip = { key: number; label: string; look: "even" | "odd" | "special"; says: string };

/**
 * Chips of pieces. The text is shown as it stands in the row, with its white space made visible; the further parts of one character
 * show a dot, and a piece that stands for nothing in the row (special or unknown) shows how the vocabulary spells it.
 */
export function prepareChips(pieces: readonly TokenPiece[]): Chip[] {
  return pieces.map(({ id, piece, text, shared }, key) => {
    const place = `Token ${formatCount(key + 1)} · id ${formatCount(id)} · ${visible(piece)}`;
    if (text === null)
      return { key, label: visible(piece), look: "special", says: `${place} · stands for no text of the row` };
    const look = key % 2 === 0 ? "even" : "odd";
    if (shared) return { key, label: "·", look, says: `${place} · a further part of ${visible(text)}` };
    return { key, label: spaced(text), look, says: place };
  });
}

/** Spaces, tabs and line breaks as signs; a line break breaks the line as well. */
function spaced(text: string): string {
  return visible(
    text
      .replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length))
      .replace(/\t/g, "⇥")
      .replace(/\r?\n/g, "↵\n"),
  );
}

/** How full the window is, as a word and a tone: a row that does not fit is cut when the student is trained. */
export function windowFit(share: number): { tone: "good" | "attention" | "bad"; says: string } {
  if (share > 1) return { tone: "bad", says: "It does not fit: the end is cut off." };
  if (share > 0.9) return { tone: "attention", says: "It just fits; an answer has no room beside it." };
  return { tone: "good", says: "It fits." };
}
