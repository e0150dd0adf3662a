import { type Bucket, bucketMinMax, cleanPoints, type Point } from "./downsample.ts";

export type Series = {
  /** in words, as in the legend */
  label: string;
  points: readonly Point[];
  /** CSS colour; default by place in the Okabe-Ito order */
  color?: string;
};

/**
 * One x of the plot: `s0` is the first series' line, `s0band` its least and greatest value where they differ. Keys are ours, since
 * Recharts reads a dot in a key as a path.
 */
export type LineRow = { x: number } & Record<string, number | [number, number]>;

export type PreparedLines = {
  rows: LineRow[];
  series: { key: string; label: string; color: string; dash: string | undefined; banded: boolean }[];
  /** points that a logarithmic axis cannot show (zero or negative) */
  hidden: number;
  /** points that were there; more than drawn after down-sampling */
  total: number;
};

/** Dash patterns beside the colours: lines stay apart without colour. */
const dashes = [undefined, "6 3", "2 3", "8 3 2 3", "4 4", "1 4", "10 4"] as const;
/** Two points a pixel is more than anybody sees. */
const mostPoints = 600;

/**
 * Rows for a line chart from any number of points per series (100,000 take some 50 ms). Series may have different x. With `log` the
 * values that have no logarithm are left out and counted.
 */
export function prepareLines(series: readonly Series[], options: { log?: boolean } = {}): PreparedLines {
  const rows = new Map<number, LineRow>();
  let hidden = 0;
  let total = 0;
  const drawn = series.map(({ label, points, color }, index) => {
    const key = `s${index}`;
    const clean = cleanPoints(points);
    total += clean.length;
    const visible = options.log ? clean.filter((point) => point.y > 0 && (point.low ?? point.y) > 0) : clean;
    hidden += clean.length - visible.length;
    const buckets = bucketMinMax(visible, mostPoints);
    for (const bucket of buckets) put(rows, key, bucket);
    return {
      key,
      label,
      color: color ?? `var(--chart-${(index % 7) + 1})`,
      dash: dashes[index % dashes.length],
      banded: buckets.some((bucket) => bucket.low < bucket.high),
    };
  });
  return { rows: [...rows.values()].sort((a, b) => a.x - b.x), series: drawn, hidden, total };
}

function put(rows: Map<number, LineRow>, key: string, { x, y, low, high }: Bucket) {
  const row: LineRow = rows.get(x) ?? { x };
  row[key] = y;
  if (low < high) row[`${key}band`] = [low, high];
  rows.set(x, row);
}
