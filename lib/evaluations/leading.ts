import type { CheckOutcome } from "./report.ts";

const ranks: Record<CheckOutcome, number> = { pass: 2, open: 1, none: 1, fail: 0 };

type Judged = {
  datasetVersionId: string;
  report: { outcome: CheckOutcome; quality: { student: { value: number } | null } };
};

/**
 * The student one would take: of the evaluations on the same data as the newest, the one with the best outcome, then the
 * highest accuracy, then the newest. A failed experiment after a good student does not undo it. `evaluations` are newest first.
 */
export function leading<E extends Judged>(evaluations: readonly E[]): E | null {
  const [newest] = evaluations;
  if (!newest) return null;
  const accuracy = ({ report }: E): number => report.quality.student?.value ?? -1;
  const better = (a: E, b: E): boolean => {
    const by = ranks[a.report.outcome] - ranks[b.report.outcome];
    return by > 0 || (by === 0 && accuracy(a) > accuracy(b));
  };
  return evaluations
    .filter((evaluation) => evaluation.datasetVersionId === newest.datasetVersionId)
    .reduce((best, evaluation) => (better(evaluation, best) ? evaluation : best), newest);
}
