export type Candidate = {
  id: string;
  label: string;
  /** what it costs, in any unit: less is better */
  cost: number;
  /** 0..1: more is better */
  quality: number;
  low?: number | null;
  high?: number | null;
  origin: "teacher" | "student" | "baseline";
  href?: string;
};

export type ParetoPoint = Candidate & {
  /** nothing else is at least as good and as cheap, and better in one of the two */
  best: boolean;
  /** distance down and up to the interval's ends, as error bars want it */
  error: [number, number];
};

/** Marks the candidates on the Pareto line and gives the line from cheap to dear. Candidates without a finite place are left out. */
export function preparePareto(candidates: readonly Candidate[]): { points: ParetoPoint[]; line: ParetoPoint[] } {
  const placed = candidates.filter((each) => Number.isFinite(each.cost) && Number.isFinite(each.quality));
  const points = placed.map((each) => ({
    ...each,
    best: !placed.some(
      (other) =>
        other.cost <= each.cost &&
        other.quality >= each.quality &&
        (other.cost < each.cost || other.quality > each.quality),
    ),
    error: [each.quality - (each.low ?? each.quality), (each.high ?? each.quality) - each.quality] as [number, number],
  }));
  const line = points.filter((point) => point.best).sort((a, b) => a.cost - b.cost);
  return { points, line };
}

/** Powers of ten around all costs, for a logarithmic axis that begins and ends on a tick. Costs must be above zero. */
export function decades(costs: readonly number[]): number[] {
  if (costs.length === 0) return [];
  const first = Math.floor(Math.log10(Math.min(...costs)));
  const last = Math.ceil(Math.log10(Math.max(...costs)));
  return Array.from({ length: Math.max(1, last - first) + 1 }, (_, at) => Number(`1e${first + at}`));
}
