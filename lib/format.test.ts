import { describe, expect, it } from "vitest";
import {
  exactMoney,
  formatBytes,
  formatClock,
  formatCompact,
  formatCount,
  formatDate,
  formatDateTime,
  formatDuration,
  formatFigure,
  formatMoney,
  formatMoneyCompact,
  formatPercent,
  formatPercentInterval,
  formatPoints,
  formatRate,
  formatRelative,
  formatTokens,
  plural,
} from "./format.ts";

/** No-break spaces read as plain ones, so that the tables below stay legible. */
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ");

describe("figures", () => {
  it.each([
    [formatCount(8112), "8,112"],
    [formatCount(1_204_000, { approximate: true }), "about 1.2 M"],
    [formatCompact(950), "950"],
    [formatCompact(9_999), "9,999"],
    [formatCompact(9_999.6), "10 k"],
    [formatCompact(12_340), "12.3 k"],
    [formatCompact(999_999), "1 M"],
    [formatCompact(-2_500_000_000), "-2.5 B"],
    [formatCompact(0.0312), "0.0312"],
    [plural(1, "row"), "1 row"],
    [plural(8112, "row"), "8,112 rows"],
    [plural(2, "class", "classes"), "2 classes"],
    [formatMoney(4_103_201), "$4.10"],
    [formatMoney(0), "$0.00"],
    [formatMoney(3_100), "$0.0031"],
    [formatMoney(41_200), "$0.041"],
    [formatMoney(12), "<$0.0001"],
    [formatMoney(-3_200_000), "-$3.20"],
    [formatMoney(999_499_999), "$999.50"],
    [formatMoney(999_500_000), "$1,000"],
    [formatMoney(12_340_400_000), "$12,340"],
    [exactMoney(4_103_201), "$4.103201"],
    [exactMoney(4_100_000), "$4.10"],
    [exactMoney(-1), "-$0.000001"],
    [formatMoneyCompact(12_340_400_000), "$12.3 k"],
    [formatMoneyCompact(410_000), "$0.41"],
    [formatMoneyCompact(0), "$0"],
    [formatMoneyCompact(-600_000_000), "-$600"],
    [formatTokens(1_234_567), "1.2 M tokens"],
    [formatBytes(0), "0 B"],
    [formatBytes(999), "999 B"],
    [formatBytes(1_234_567), "1.23 MB"],
    [formatBytes(2_147_483_648), "2.15 GB"],
    [formatFigure(0.91349), "0.913"],
    [formatFigure(12.3456), "12.3"],
    [formatFigure(0.000001), "1e-6"],
    [formatFigure(-0.00025), "-2.5e-4"],
    [formatFigure(0), "0"],
    [formatRate(1234.5, "rows"), "1,235 rows/s"],
    [formatRate(0.2, "rows"), "12 rows/min"],
    [formatRate(0, "rows"), "0 rows/s"],
    [formatRate(1_300_000, "bytes"), "1.3 MB/s"],
  ])("%s", (got, wanted) => expect(plain(got)).toBe(wanted));

  it.each([
    formatCount,
    formatCompact,
    formatMoney,
    exactMoney,
    formatTokens,
    formatBytes,
    formatDuration,
    formatPercent,
  ])("%o says nothing rather than NaN", (format) => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) expect(format(value)).toBe("–");
  });
});

describe("percent", () => {
  it.each([
    [formatPercent(0.941), "94.1 %"],
    [formatPercent(1), "100.0 %"],
    [formatPercent(0), "0.0 %"],
    // 1 error in 10,000 rows is not "100 %", 1 hit is not "0 %"
    [formatPercent(0.9999), "99.9 %"],
    [formatPercent(0.0001), "<0.1 %"],
    [formatPercent(0.5, 0), "50 %"],
    [formatPercentInterval(0.941, { low: 0.928, high: 0.952 }), "94.1 % (92.8–95.2)"],
    [formatPercentInterval(0.941, null), "94.1 %"],
    [formatPoints(0.028), "+2.8 pp"],
    [formatPoints(-0.004), "-0.4 pp"],
    [formatPoints(-0.0001), "±0.0 pp"],
  ])("%s", (got, wanted) => expect(plain(got)).toBe(wanted));
});

it("never parts a figure from its unit at the end of a line", () => {
  const shown = [
    formatCompact(12_340),
    formatBytes(5e6),
    formatDuration(184_000),
    formatPercent(0.5),
    formatRate(3, "rows"),
  ];
  for (const text of shown) expect(text).not.toMatch(/\d [a-zA-Z%]/);
});

describe("times", () => {
  it.each([
    [0.42, "0.42 ms"],
    [0, "0 ms"],
    [850, "850 ms"],
    [999.6, "1.0 s"],
    [1_200, "1.2 s"],
    [9_960, "10 s"],
    [59_600, "1 min 00 s"],
    [184_000, "3 min 04 s"],
    [3_599_700, "1 h 00 min"],
    [7_500_000, "2 h 05 min"],
    [181_440_000, "2.1 d"],
    [-5, "0 ms"],
  ])("%d ms", (ms, wanted) => expect(plain(formatDuration(ms))).toBe(wanted));

  it("shows dates in the asked zone", () => {
    const at = "2026-11-23T23:30:05Z";
    expect(formatDate(at, "UTC")).toBe("23 Nov 2026");
    expect(formatDate(at, "Asia/Tokyo")).toBe("24 Nov 2026");
    expect(formatDateTime(at, "America/New_York")).toBe("23 Nov 2026, 18:30");
    expect(formatClock(at, "UTC")).toBe("23:30:05");
    expect(formatDate("not a date", "UTC")).toBe("–");
  });

  it.each([
    [-1_000, "just now"],
    [-40_000, "40 s ago"],
    [-300_000, "5 min ago"],
    [-3_700_000, "1 h ago"],
    [172_800_000, "in 2 d"],
    [-40 * 86_400_000, "1 month ago"],
    [-800 * 86_400_000, "2 years ago"],
  ])("%d ms from now", (offset, wanted) => {
    const now = Date.UTC(2026, 10, 23);
    expect(plain(formatRelative(now + offset, now))).toBe(wanted);
  });
});
