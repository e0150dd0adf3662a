export type Point = { x: number; y: number; low?: number; high?: number };

/** One drawn point: the mean of a bucket with its least and greatest value. */
export type Bucket = { x: number; y: number; low: number; high: number };

/**
 * Sorts by x, drops what cannot be drawn (NaN, infinities), and keeps the last value where an x comes again: after a
 * restart from a checkpoint the steps past it are reported once more.
 */
export function cleanPoints(points: readonly Point[]): Point[] {
  const byX = new Map<number, Point>();
  for (const point of points) {
    if (Number.isFinite(point.x) && Number.isFinite(point.y)) byX.set(point.x, point);
  }
  return [...byX.values()].sort((a, b) => a.x - b.x);
}

/**
 * At most `most` buckets of equal width in x, each with mean, minimum and maximum, so that no spike is lost however many
 * points there are. Fewer points than `most` come back as they are. O(n).
 */
export function bucketMinMax(points: readonly Point[], most: number): Bucket[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return [];
  if (points.length <= most) {
    return points.map(({ x, y, low, high }) => ({ x, y, low: Math.min(low ?? y, y), high: Math.max(high ?? y, y) }));
  }
  const width = (last.x - first.x) / most || 1;
  const buckets = new Map<number, Bucket & { sumX: number; sumY: number; count: number }>();
  for (const { x, y, low = y, high = y } of points) {
    const at = Math.min(most - 1, Math.floor((x - first.x) / width));
    const bucket = buckets.get(at);
    if (bucket) {
      bucket.sumX += x;
      bucket.sumY += y;
      bucket.count += 1;
      bucket.low = Math.min(bucket.low, low, y);
      bucket.high = Math.max(bucket.high, high, y);
    } else {
      buckets.set(at, { x, y, low: Math.min(low, y), high: Math.max(high, y), sumX: x, sumY: y, count: 1 });
    }
  }
  return [...buckets.values()].map(({ sumX, sumY, count, low, high }) => ({
    x: sumX / count,
    y: sumY / count,
    low,
    high,
  }));
}
