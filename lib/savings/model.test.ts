import { describe, expect, it } from "vitest";
import { type FieldKey, fieldKeys, type SavingsInputs, savingsFields } from "./fields.ts";
import { DAYS_PER_MONTH, savingsModel } from "./model.ts";
import { headline } from "./words.ts";

const usd = 1_000_000;
const defaults = Object.fromEntries(fieldKeys.map((key) => [key, savingsFields[key].fallback])) as SavingsInputs;
/** 10,000 tickets a day, 600 + 8 tokens on a model at $2.50 / $10 per million tokens. */
const tickets: SavingsInputs = {
  ...defaults,
  requestsPerDay: 10_000,
  baselineInputTokens: 600,
  baselineOutputTokens: 8,
  baselineInputPrice: 2.5 * usd,
  baselineOutputPrice: 10 * usd,
  teacherInputTokens: 600,
  teacherOutputTokens: 8,
  teacherInputPrice: 2.5 * usd,
  teacherOutputPrice: 10 * usd,
  labelling: 25 * usd,
  training: 100_000,
};
const start = "2026-11-23";

describe("savingsModel", () => {
  const m = savingsModel(tickets, start);

  it("golden: worked by hand", () => {
    // one request: 600 * 2.5 + 8 * 10 = 1,580 micro-dollars; 304,375 requests a month
    expect(m.monthly.requests).toBe(304_375);
    expect(m.monthly.baseline).toBe(480_912_500);
    expect(m.per1k.baseline).toBe(1_580_000);
    expect(m.monthly.student).toBe(50 * usd);
    expect(m.monthly.relabelling).toBe(4_809_125);
    expect(m.monthly.upkeepPeople).toBe(160 * usd);
    expect(m.monthly.running).toBe(480_912_500 - 50 * usd - 4_809_125 - 160 * usd);
    expect(m.oneOff.total).toBe(25 * usd + 100_000 + 16 * 80 * usd);
    // 1,305.10 / 266.103375 months = 149.28 days -> during day 150
    expect(m.payback).toMatchObject({ kind: "day", days: 150, date: "2027-04-21", requests: 1_500_000 });
    expect(m.monthly.net.likely).toBe(Math.round(266_103_375 - 1_305_100_000 / 12));
  });

  it("golden: the Azure conversation trace of one hour costs $96.79 at $2.50 / $10", () => {
    // 19,366 requests; totals of the trace: 22,361,870 input and 4,088,665 output tokens (see shared/data/README.md)
    const n = 19_366;
    const trace = savingsModel(
      {
        ...tickets,
        requestsPerDay: n / DAYS_PER_MONTH,
        baselineInputTokens: 22_361_870 / n,
        baselineOutputTokens: 4_088_665 / n,
      },
      start,
    );
    expect(trace.monthly.baseline / usd).toBeCloseTo(96.79, 1);
  });

  it("the waterfall adds up", () => {
    const { baseline, student, relabelling, upkeepPeople, oneOffShare, net, running } = m.monthly;
    expect(baseline - student - relabelling - upkeepPeople).toBe(running);
    expect(Math.abs(running - oneOffShare - net.likely)).toBeLessThanOrEqual(1);
  });

  it("the range is the root of summed squares of single effects", () => {
    const only = savingsModel({ ...tickets, tokenSpread: 0, servingSpread: 0 }, start);
    const each = 1_580 * 0.99 * 304_375;
    expect(only.monthly.net.high - only.monthly.net.likely).toBeCloseTo(each * 0.2, -1);
    expect(only.sensitivity[0]?.factor).toBe("traffic");
    const none = savingsModel({ ...tickets, trafficSpread: 0, tokenSpread: 0, servingSpread: 0 }, start);
    expect(none.monthly.net.low).toBe(none.monthly.net.high);
  });

  it("says never where running it saves nothing, and from which traffic it would", () => {
    const small = savingsModel({ ...tickets, requestsPerDay: 100 }, start);
    expect(small.payback).toEqual({ kind: "never" });
    const { worthwhileFrom } = small;
    expect(worthwhileFrom).toBe(4411); // 210 / (1,580 * 0.99 micro-dollars) / 30.4375
    expect(
      savingsModel({ ...tickets, requestsPerDay: worthwhileFrom ?? 0 }, start).monthly.running,
    ).toBeGreaterThanOrEqual(0);
    expect(savingsModel({ ...tickets, requestsPerDay: (worthwhileFrom ?? 0) - 1 }, start).monthly.running).toBeLessThan(
      0,
    );
    expect(headline(small, true, 12, true).sentence).toMatch(/never pays back.*worth it from 4,411 requests a day/);
  });

  it("no price, no traffic: zeros and never, nothing else", () => {
    const empty = savingsModel(defaults, start);
    expect(empty.monthly.baseline).toBe(0);
    expect(empty.payback).toEqual({ kind: "never" });
    expect(empty.worthwhileFrom).toBeNull();
    expect(headline(empty, false, 12, false).tone).toBe("open");
  });

  it("a pay-back of decades is called beyond", () => {
    expect(savingsModel({ ...tickets, peopleHours: 20_000 }, start).payback).toEqual({ kind: "beyond" });
  });

  it("claims nothing for a student that no evaluation has shown to be good enough", () => {
    expect(headline(m, true, 12, false)).toMatchObject({ tone: "open" });
    expect(headline(m, true, 12, false).sentence).toMatch(/^A student that is good enough would save/);
  });

  it("one sentence for the manager", () => {
    expect(headline(m, true, 12, true)).toEqual({
      tone: "good",
      sentence: "The student saves $157 a month net (likely $23.30 to $291), paid back on 21 Apr 2027.",
    });
  });
});

/** Deterministic random inputs over the allowed ranges, with the ends over-represented. */
function* randomInputs(count: number): Generator<SavingsInputs> {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < count; i++) {
    const draw = (key: FieldKey): number => {
      const { max } = savingsFields[key];
      const u = next();
      if (u < 0.1) return 0;
      if (u < 0.2) return max;
      return max * next() ** 6;
    };
    yield Object.fromEntries(fieldKeys.map((key) => [key, draw(key)])) as SavingsInputs;
  }
}

describe("properties over random inputs", () => {
  it("everything is finite and whole, ranges hold the likely value, pay-back agrees with the cash", () => {
    for (const inputs of randomInputs(400)) {
      const m = savingsModel(inputs, start);
      JSON.stringify(m, (_key, value: unknown) => {
        if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
        return value;
      });
      for (const amount of [
        ...Object.values(m.oneOff),
        ...Object.values(m.per1k),
        m.monthly.running,
        m.monthly.student,
      ])
        expect(Number.isSafeInteger(amount)).toBe(true);
      expect(m.monthly.net.low).toBeLessThanOrEqual(m.monthly.net.likely);
      expect(m.monthly.net.high).toBeGreaterThanOrEqual(m.monthly.net.likely);
      for (const point of m.cumulative) {
        expect(point.low).toBeLessThanOrEqual(point.likely);
        expect(point.high).toBeGreaterThanOrEqual(point.likely);
      }
      // beyond 2^53 micro-dollars amounts saturate, and no longer agree with each other to the cent
      if (Math.abs(m.monthly.running) >= Number.MAX_SAFE_INTEGER || m.oneOff.total >= Number.MAX_SAFE_INTEGER) continue;
      if (m.payback.kind === "day") {
        const { days, earliest, date, latest } = m.payback;
        const cash = (d: number) => (d / DAYS_PER_MONTH) * m.monthly.running - m.oneOff.total;
        const slack = 1e-6 * m.oneOff.total + 1000;
        expect(cash(days)).toBeGreaterThanOrEqual(-slack);
        if (days > 0) expect(cash(days - 1)).toBeLessThanOrEqual(slack);
        expect(earliest <= date).toBe(true);
        if (latest) expect(date <= latest).toBe(true);
      } else if (m.payback.kind === "never") expect(m.monthly.running).toBeLessThanOrEqual(0);
    }
  });

  it("dearer serving never raises the net, a dearer baseline never lowers it", () => {
    for (const inputs of randomInputs(200)) {
      const net = savingsModel(inputs, start).monthly.running;
      expect(
        savingsModel({ ...inputs, studentMonthly: inputs.studentMonthly * 1.5 + 1 }, start).monthly.running,
      ).toBeLessThanOrEqual(net);
      expect(
        savingsModel({ ...inputs, baselineInputPrice: inputs.baselineInputPrice * 1.5 }, start).monthly.running,
      ).toBeGreaterThanOrEqual(net);
    }
  });
});
