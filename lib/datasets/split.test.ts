import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { seededRandom } from "#lib/sample/random.ts";
import { inputDigest, inputHash, isHoldout, normaliseInput, placeInput, unitOf } from "./split.ts";

describe("the hold-out is chosen by content alone", () => {
  it("treats inputs as the same that differ in case, white space or Unicode form", () => {
    const same = ["Card ﬁne é", "  card fine e\u0301 ", "CARD\tFINE\n É", "card\u00a0fine é"];
    expect(new Set(same.map(normaliseInput))).toEqual(new Set(["card fine é"]));
    expect(new Set(same.map(inputDigest)).size).toBe(1);
  });

  it("is the documented function of the input", () => {
    const digest = createHash("sha256").update("hello world").digest();
    expect(inputDigest(" Hello   World ")).toBe(digest.toString("hex"));
    expect(inputHash(digest.toString("hex"))).toBe(digest.readBigInt64BE(0).toString());
    expect(unitOf(digest.toString("hex"))).toBeCloseTo(digest.readUInt32BE(0) / 2 ** 32, 8);
  });

  it("takes the share that was asked for, and none or all at the ends", () => {
    const digests = Array.from({ length: 20_000 }, (_, index) => inputDigest(`ticket ${index}`));
    const share = (fraction: number) => digests.filter((digest) => isHoldout(digest, fraction)).length / digests.length;
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    // Three standard deviations of a share of 0.2 of 20,000 are 0.0085.
    expect(Math.abs(share(0.2) - 0.2)).toBeLessThan(0.0085);
  });

  it("nests: a larger hold-out contains a smaller one", () => {
    for (let index = 0; index < 2_000; index += 1) {
      const digest = inputDigest(`ticket ${index}`);
      if (isHoldout(digest, 0.1)) expect(isHoldout(digest, 0.3)).toBe(true);
    }
  });

  it("takes a short way with plain texts that ends where the long way does", () => {
    const random = seededRandom("short way");
    const pieces = [
      "a",
      "Z",
      "9",
      " ",
      "  ",
      "\t",
      "\n",
      "\u00a0",
      "é",
      "e\u0301",
      "ﬁ",
      "~",
      "\u007f",
      "😀",
      "ß",
      "İ",
      "-",
    ];
    for (let index = 0; index < 5_000; index += 1) {
      const text = Array.from({ length: random.int(0, 12) }, () => random.pick(pieces)).join("");
      const long = text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
      expect(normaliseInput(text), JSON.stringify(text)).toBe(long);
      const digest = inputDigest(text);
      for (const fraction of [0, 0.2, 1])
        expect(placeInput(text, fraction)).toMatchObject({
          inputHash: inputHash(digest),
          holdout: isHoldout(digest, fraction),
        });
    }
  });
});
