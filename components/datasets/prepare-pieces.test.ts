import { describe, expect, it } from "vitest";
import { prepareChips, windowFit } from "./prepare-pieces.ts";

const piece = (text: string | null, more: object = {}) => ({ id: 5, piece: "Ġthe", text, shared: false, ...more });

describe("chips of pieces", () => {
  it("alternate by token and show white space", () => {
    const chips = prepareChips([piece(" the"), piece("a b"), piece("x\n"), piece("\t")]);
    expect(chips.map(({ label, look }) => [label, look])).toEqual([
      ["␣the", "even"],
      ["a b", "odd"],
      ["x↵\n", "even"],
      ["⇥", "odd"],
    ]);
    expect(chips[0]?.says).toBe("Token 1 · id 5 · Ġthe");
  });

  it("tell further parts of a character and pieces without text", () => {
    expect(prepareChips([piece("é"), piece("é", { shared: true }), piece(null, { piece: "[CLS]" })])).toMatchObject([
      { label: "é", says: "Token 1 · id 5 · Ġthe" },
      { label: "·", says: "Token 2 · id 5 · Ġthe · a further part of é" },
      { label: "[CLS]", look: "special" },
    ]);
  });

  it("write out what would disguise the text", () => {
    expect(prepareChips([piece("\u202Eabc", { piece: "\u0000" })])[0]).toMatchObject({
      label: "⟨U+202E⟩abc",
      says: "Token 1 · id 5 · ⟨U+0000⟩",
    });
  });

  it("say whether the row fits", () => {
    expect([0.5, 0.95, 1, 1.01].map((share) => windowFit(share).tone)).toEqual([
      "good",
      "attention",
      "attention",
      "bad",
    ]);
  });
});
