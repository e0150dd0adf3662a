import { describe, expect, it } from "vitest";
import { fieldKeys, savingsFields } from "#lib/savings/fields.ts";
import { inWords, toShown, toStored } from "./units.ts";

describe("units of the savings form", () => {
  it("what is shown and stored again is the same", () => {
    for (const key of fieldKeys) {
      for (const value of [0, savingsFields[key].fallback, savingsFields[key].max]) {
        expect(toStored(key, toShown(key, value)), key).toBeCloseTo(value, 6);
      }
    }
  });
  it("money is whole micro-dollars, percent are shares", () => {
    expect(toStored("baselineInputPrice", 2.5)).toBe(2_500_000);
    expect(toStored("labelling", 0.1 + 0.2)).toBe(300_000);
    expect(toStored("trafficSpread", 20)).toBe(0.2);
    expect(toShown("trafficSpread", 0.07)).toBe(7);
  });
  it("reads as a person writes", () => {
    expect(inWords("requestsPerDay", 10_000)).toBe("10,000");
    expect(inWords("baselineInputPrice", 2_500_000)).toBe("$2.50 / M");
    expect(inWords("trafficSpread", 0.2)).toBe("20 %");
  });
});
