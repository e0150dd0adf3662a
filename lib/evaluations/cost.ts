/** Price of one virtual CPU for an hour: a usual on-demand price, about $25 a month. An assumption that every page states. */
export const VCPU_HOUR_MICROS = 34_000;

/** Processor cost of `ms` milliseconds on one virtual CPU, micro-dollars (not rounded). */
export function cpuCostMicros(ms: number): number {
  return (ms / 3_600_000) * VCPU_HOUR_MICROS;
}

/** What 1,000 predictions cost in processor time at their measured mean, micro-dollars. */
export function studentCostPer1k(meanMs: number | undefined): number | null {
  return meanMs === undefined ? null : Math.round(cpuCostMicros(meanMs * 1000));
}
