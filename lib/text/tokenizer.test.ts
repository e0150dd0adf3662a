import { describe, expect, test } from "vitest";
import { withinTime } from "./time-limit.ts";
import { tinyBpe, tinyWordPiece } from "./tokenizer.testing.ts";
import { loadTokenizer, longestText } from "./tokenizer.ts";

const bpe = loadTokenizer(tinyBpe());
const wordPiece = loadTokenizer(tinyWordPiece());
const cut = (text: string, of = bpe) =>
  of.pieces(text).map(({ start, end, piece }) => (start === undefined ? `(${piece})` : text.slice(start, end)));

describe("byte-level BPE", () => {
  test("pieces, ids and places", () => {
    expect(bpe).toMatchObject({ model: "BPE", vocabulary: 261, warnings: [] });
    expect(bpe.pieces("the other")).toEqual([
      { id: 257, piece: "the", start: 0, end: 3 },
      { id: 32, piece: "Ġ", start: 3, end: 4 },
      { id: 111, piece: "o", start: 4, end: 5 },
      { id: 257, piece: "the", start: 5, end: 8 },
      { id: 114, piece: "r", start: 8, end: 9 },
    ]);
    expect(cut("see the river")).toEqual(["s", "e", "e", " the", " ", "r", "i", "v", "er"]);
  });

  test("each byte of a character has its place", () => {
    expect(cut("né🎉")).toEqual(["n", "é", "é", "🎉", "🎉", "🎉", "🎉"]);
    expect(bpe.count("né🎉")).toBe(7);
  });

  test("a special token is one piece wherever it stands", () => {
    expect(cut("the<|end|>the")).toEqual(["the", "<|end|>", "the"]);
    expect(bpe.pieces("<|end|>")).toEqual([{ id: 260, piece: "<|end|>", start: 0, end: 7 }]);
  });

  test("nothing for nothing", () => {
    expect(bpe.count("")).toBe(0);
    expect(bpe.pieces("")).toEqual([]);
    expect(bpe.counts([])).toEqual([]);
  });

  test("counts of many texts, long ones in parts", () => {
    const long = "the ".repeat(50_000);
    // "the", then " the" each, and the last space
    expect(bpe.counts(["the the", long])).toEqual([2, 50_001]);
    expect(() => bpe.pieces("x".repeat(longestText + 1))).toThrow(/at most 50,000/);
  });
});

describe("WordPiece", () => {
  test("pieces without places are the special and the unknown ones", () => {
    expect(wordPiece.vocabulary).toBe(12);
    expect(cut("The tokens play CAFÉ.", wordPiece)).toEqual([
      "([CLS])",
      "The",
      "token",
      "s",
      "play",
      "CAFÉ",
      ".",
      "([SEP])",
    ]);
    expect(cut("zebra playing", wordPiece)).toEqual(["([CLS])", "([UNK])", "play", "ing", "([SEP])"]);
    expect(wordPiece.count("the")).toBe(3);
  });

  test("a long text has its special tokens once", () => {
    expect(wordPiece.count("the ".repeat(30_000))).toBe(30_002);
  });
});

describe("what is no tokenizer", () => {
  const model = (change: object) => tinyBpe({ model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [], ...change } });
  test.each([
    ["text", "hello", /not JSON/],
    ["a list", "[]", /no "model"/],
    ["null", "null", /no "model"/],
    ["another JSON", '{"a": 1}', /no "model"/],
    ["a model of another kind", model({ type: "WordLevel" }), /model is "WordLevel"/],
    ["an empty vocabulary", model({ vocab: {} }), /number/],
    ["a vocabulary of texts", model({ vocab: { a: "x" } }), /number/],
    ["a negative id", model({ vocab: { a: -1 } }), /number/],
    ["an id that would make a giant array", model({ vocab: { a: 2 ** 31 } }), /number/],
    ["merges of one part", model({ merges: ["ab"] }), /pairs/],
    ["merges of numbers", model({ merges: [[1, 2]] }), /pairs/],
    ["an unknown step", tinyBpe({ normalizer: { type: "Shuffle" } }), /cannot be used/],
    ["a step without a type", tinyBpe({ normalizer: {} }), /no step/],
    ["steps within steps", tinyBpe({ normalizer: nested(9) }), /no step/],
    [
      "an empty pattern",
      tinyBpe({ pre_tokenizer: { type: "Split", pattern: { Regex: "" }, behavior: "Isolated" } }),
      /pattern/,
    ],
    [
      "a pattern that is none",
      tinyBpe({ pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" } }),
      /cannot be used/,
    ],
    ["an added token without text", tinyBpe({ added_tokens: [{ id: 1, content: "" }] }), /added tokens/],
    [
      "a bomb",
      tinyBpe({
        normalizer: {
          type: "Sequence",
          normalizers: Array.from({ length: 6 }, () => ({
            type: "Replace",
            pattern: { Regex: "." },
            content: "aaaaaaaaaa",
          })),
        },
      }),
      /longer/,
    ],
  ])("%s", (_name, text, message) => {
    expect(() => loadTokenizer(text)).toThrow(expect.objectContaining({ code: "INVALID" }));
    expect(() => loadTokenizer(text)).toThrow(message);
  });

  function nested(depth: number): object {
    return depth === 0 ? { type: "NFC" } : { type: "Sequence", normalizers: [nested(depth - 1)] };
  }

  test("names of prototypes are pieces like any other", () => {
    const odd = loadTokenizer(
      '{"model": {"type": "BPE", "vocab": {"__proto__": 0, "constructor": 1, "a": 2}, "merges": [], "unk_token": "a"}, "added_tokens": [{"id": 0, "content": "__proto__"}]}',
    );
    expect(odd.pieces("__proto__").map(({ id }) => id)).toEqual([0]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("differences to the model's own library are put right or told", () => {
    const words = { type: "Whitespace" };
    const plain = {
      type: "BPE",
      vocab: { k: 0, ä: 1, s: 2, e: 3, kä: 4, käs: 5, käse: 6 },
      merges: ["k ä", "kä s", "käs e"],
      unk_token: null,
    };
    expect(loadTokenizer(tinyBpe({ pre_tokenizer: words, model: plain, added_tokens: [] })).count("käse käse")).toBe(2);
    const merged = tinyBpe({
      pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    });
    expect(loadTokenizer(merged).warnings).toEqual([expect.stringContaining("MergedWithPrevious")]);
  });
});

describe("a pattern without end", () => {
  const split = (Regex: string) =>
    tinyBpe({ pre_tokenizer: { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false } });

  test.each(["(a+)+b", "(\\s+)+x", "(?:\\d|\\d\\d)+z", "(.*)*=q"])("%s is found out when the file comes", (pattern) => {
    expect(() => loadTokenizer(split(pattern))).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });

  test("one that is not found out is ended on the text, and the tokenizer still works on others", () => {
    const tokenizer = loadTokenizer(split("(?:ю+)+b"));
    expect(() => tokenizer.count("ю".repeat(100))).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(tokenizer.count("aab")).toBe(3);
  });

  test("the watch gives back what the work gives, and throws what it throws", () => {
    expect(withinTime(1_000, "This", () => undefined)).toBeUndefined();
    expect(withinTime(1_000, "This", () => withinTime(1_000, "That", () => 3))).toBe(3);
    expect(() =>
      withinTime(1_000, "This", () => {
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(() =>
      withinTime(50, "This", () => {
        for (;;);
      }),
    ).toThrow(/This took longer than 0.05 s/);
  });
});
