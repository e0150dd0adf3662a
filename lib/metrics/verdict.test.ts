import { describe, expect, it } from "vitest";
import { signedPoints, verdict } from "./verdict.ts";

const of = (n: number, studentOnly: number, teacherOnly: number, margin = 0.02) => {
  const v = verdict({ n, studentOnly, teacherOnly }, margin);
  if (!v) throw new Error("no verdict");
  return v;
};

describe("verdict", () => {
  it("better: the whole interval above zero", () => {
    expect(of(1000, 80, 30).sentence).toBe(
      "Better than the teacher (difference +5.0 points, 95 % interval +3.0 to +7.1, margin 2.0).",
    );
  });
  it("not worse: the whole interval above the margin", () => {
    const v = of(3080, 120, 95);
    expect(v.kind).toBe("notWorse");
    expect(v.sentence).toBe(
      "Not worse than the teacher (difference +0.8 points, 95 % interval -0.1 to +1.8, margin 2.0).",
    );
    expect(v.moreRows).toBeNull();
  });
  it("not worse though measurably below, which is said", () => {
    const v = of(10000, 60, 120);
    expect(v.kind).toBe("notWorse");
    expect(v.sentence).toContain("by more than the margin, though measurably below it");
  });
  it("worse: the whole interval below the margin", () => {
    expect(of(1000, 20, 120).kind).toBe("worse");
  });
  it("not enough rows: says how many more", () => {
    const v = of(300, 15, 15);
    expect(v.kind).toBe("unclear");
    expect(v.moreRows).toBe(1715);
    expect(v.sentence).toBe(
      "Not enough rows to say: about 1,715 more needed (difference 0.0 points, 95 % interval -3.8 to +3.8, margin 2.0).",
    );
  });
  it("unclear though measurably below", () => {
    expect(of(400, 4, 18).sentence).toContain("Measurably below the teacher; not enough rows to say");
  });
  it("on the margin itself no number of rows helps, and it says so", () => {
    const v = of(998, 0, 20, 0.02);
    expect(v.kind).toBe("unclear");
    expect(v.moreRows).toBeNull();
    expect(v.sentence).toContain("the difference lies on the margin itself");
  });
  it("few rows never give a verdict by luck: ten equal answers prove nothing", () => {
    expect(of(10, 0, 0).kind).toBe("unclear");
    expect(of(10, 0, 0).moreRows).toBeGreaterThan(50);
  });
  it("is null without rows", () => expect(verdict({ n: 0, studentOnly: 0, teacherOnly: 0 }, 0.02)).toBeNull());
  it("never writes a signed zero", () => {
    expect(signedPoints(-0.0001)).toBe("0.0");
    expect(signedPoints(0.0123)).toBe("+1.2");
    expect(signedPoints(-0.0123)).toBe("-1.2");
  });
});
