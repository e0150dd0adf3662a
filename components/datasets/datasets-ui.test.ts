import { describe, expect, it } from "vitest";
import { prepareBalance } from "./prepare-balance.ts";
import { oneLine, visible } from "./visible.ts";

describe("class balance", () => {
  const labels = [
    { label: "rare", rows: 1, holdout: 1 },
    { label: "often", rows: 20, holdout: 5 },
    { label: "also", rows: 20, holdout: 0 },
  ];

  it("sorts by rows, splits by side and finds what is never trained on", () => {
    const { bars, ratio, finding } = prepareBalance(labels, false);
    expect(
      bars.map(({ label, trainShare, holdoutShare, untrained }) => [label, trainShare, holdoutShare, untrained]),
    ).toEqual([
      ["also", 1, 0, false],
      ["often", 0.75, 0.25, false],
      ["rare", 0, 0.05, true],
    ]);
    expect(ratio).toBe(20);
    expect(finding).toBe("3 labels; the most frequent has 20 times the rows of the rarest");
  });

  it("calls nothing untrained in a pure test set, and survives no labels", () => {
    expect(prepareBalance(labels, true).bars.some((bar) => bar.untrained)).toBe(false);
    expect(prepareBalance([], false)).toMatchObject({ bars: [], ratio: 0, finding: "No gold answers to count" });
    expect(prepareBalance([{ label: "x", rows: 3, holdout: 0 }], false).finding).toBe("Only one label");
  });
});

describe("text is shown as it is", () => {
  it("writes out what would disguise it", () => {
    expect(visible("pay \u202egpj.exe\u0007\u200b")).toBe("pay ⟨U+202E⟩gpj.exe⟨U+0007⟩⟨U+200B⟩");
    expect(visible("tab\tline\nümlaut 😀")).toBe("tab\tline\nümlaut 😀");
  });

  it("puts line breaks on one line", () => {
    expect(oneLine("a\r\n\tb")).toBe("a b");
  });
});
