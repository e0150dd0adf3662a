export type WaterfallStep = {
  id: string;
  label: string;
  /** change in micro-dollars: savings positive, costs negative; for a total its own height */
  micros: number;
  /** stands on zero and restates the sum so far; its `micros` is ignored except for the first step */
  total?: boolean;
};

export type WaterfallBar = {
  id: string;
  label: string;
  micros: number;
  range: [number, number];
  kind: "total" | "up" | "down";
};

/**
 * Floating bars: each begins where the one before ended. A total stands on zero. The first step sets the start.
 */
export function prepareWaterfall(steps: readonly WaterfallStep[]): WaterfallBar[] {
  let sum = 0;
  return steps.map(({ id, label, micros, total }, index) => {
    const from = sum;
    if (total && index > 0)
      return { id, label, micros: sum, range: [Math.min(0, sum), Math.max(0, sum)], kind: "total" };
    sum += micros;
    if (total) return { id, label, micros: sum, range: [Math.min(0, sum), Math.max(0, sum)], kind: "total" };
    return { id, label, micros, range: [Math.min(from, sum), Math.max(from, sum)], kind: micros < 0 ? "down" : "up" };
  });
}

export type CashPoint = {
  /** epoch ms, days, or any other growing figure */
  x: number;
  /** cumulative micro-dollars */
  micros: number;
  low?: number;
  high?: number;
};

/** Where a line first goes from below zero to zero or above, linearly between points; null when it never does. */
function crossingOf(points: readonly { x: number; y: number }[]): number | null {
  for (const [index, { x, y }] of points.entries()) {
    if (y < 0) continue;
    const before = points[index - 1];
    if (!before) return x;
    return before.x + ((x - before.x) * -before.y) / (y - before.y || 1);
  }
  return null;
}

/** Break-even of the expected line, and of the band's two edges. */
export function prepareCash(points: readonly CashPoint[]): {
  rows: { x: number; micros: number; band?: [number, number] }[];
  breakEven: number | null;
  earliest: number | null;
  latest: number | null;
} {
  const sorted = points.filter((point) => Number.isFinite(point.micros)).sort((a, b) => a.x - b.x);
  const line = (pick: (point: CashPoint) => number) => sorted.map((point) => ({ x: point.x, y: pick(point) }));
  return {
    rows: sorted.map(({ x, micros, low, high }) => ({
      x,
      micros,
      ...(low === undefined || high === undefined ? {} : { band: [low, high] as [number, number] }),
    })),
    breakEven: crossingOf(line((point) => point.micros)),
    earliest: crossingOf(line((point) => point.high ?? point.micros)),
    latest: crossingOf(line((point) => point.low ?? point.micros)),
  };
}
