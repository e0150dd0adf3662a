import { describe, expect, it } from "vitest";
import { checkLabels, labelKey, maxLabels, splitLabels } from "./labels.ts";

const messages = (labels: string[]) => checkLabels(labels).map(({ message }) => message);

describe("checkLabels", () => {
  it("takes hostile names as the data they are", () => {
    const labels = [
      "__proto__",
      "constructor",
      "toString",
      "=1+1",
      "<script>",
      "'; DROP TABLE",
      "reverted_card_payment?",
      "Ünïcode 日本",
      "👩‍💻",
    ];
    expect(messages(labels)).toEqual([]);
    expect(messages([])).toEqual([]);
  });

  it("names both labels that differ only by case, spaces or width", () => {
    expect(messages(["Refund", "refund"])).toEqual(['"Refund" and "refund" differ only by case, spaces or width.']);
    expect(messages(["card  lost", "card lost"])).toHaveLength(1);
    expect(messages(["ABC", "ＡＢＣ"])).toHaveLength(1);
    expect(messages(["ab", "a\u200db"])).toHaveLength(1);
    expect(messages(["a", "b", "a"])).toEqual(['"a" is listed twice.']);
  });

  it.each([
    ["an empty label", ["a", " "], "A label is empty."],
    ["a space at the end", ["a", "b "], '"b " begins or ends with a space.'],
    ["a NUL", ["a", "b\u0000c"], '"b\\u0000c" contains an invisible character.'],
    ["a direction override", ["a", "b\u202ec"], '"b\\u202ec" contains an invisible character.'],
    ["a zero-width space", ["a", "b\u200bc"], '"b\\u200bc" contains an invisible character.'],
    ["a line break", ["a", "b\nc"], '"b\\nc" contains an invisible character.'],
  ])("refuses %s and shows it", (_, labels, message) => {
    expect(checkLabels(labels)).toEqual([{ index: 1, message }]);
  });

  it("refuses one label, too long ones and too many", () => {
    expect(messages(["only"])).toEqual([expect.stringContaining("at least a second")]);
    expect(messages(["a", "b".repeat(201)])).toEqual([expect.stringContaining("has 201 characters")]);
    expect(messages(Array.from({ length: maxLabels + 1 }, (_, index) => `label ${index}`))).toHaveLength(1);
  });
});

it("labelKey folds what people cannot tell apart", () => {
  expect(labelKey(" Card\u00a0 Lost ")).toBe("card lost");
  expect(labelKey("İstanbul")).not.toBe(labelKey("ankara"));
});

describe("splitLabels", () => {
  it.each([
    ["a\nb\r\n\n c ", ["a", "b", "c"]],
    ["a, b;c\td", ["a", "b", "c", "d"]],
    ["refund, partial\nlost card", ["refund, partial", "lost card"]],
    ["\"a\",'b'", ["a", "b"]],
    ["  ", []],
  ])("splits %j", (text, labels) => {
    expect(splitLabels(text)).toEqual(labels);
  });
});
