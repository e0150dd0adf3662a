import type { EvaluationSummary } from "#lib/evaluations/schema.ts";
import type { Savings } from "#lib/savings/schema.ts";
import type { Overview } from "./schema.ts";

/**
 * Points of the quality-against-cost chart: the teacher and each student's newest evaluation, all on the rows of the newest
 * one, because figures on different rows cannot be compared. `evaluations` are newest first.
 */
export function candidatesOf(
  evaluations: readonly EvaluationSummary[],
  savings: Pick<Savings, "complete" | "model">,
): Overview["candidates"] {
  const [newest] = evaluations;
  if (!newest) return [];
  const comparable = evaluations.filter(
    ({ data, report }) =>
      data.versionId === newest.data.versionId &&
      data.rows === newest.data.rows &&
      report.basis === newest.report.basis,
  );
  const seen = new Set<string>();
  const students = comparable.flatMap(({ id, student, report }) => {
    const figure = report.quality.student;
    const cost = savings.complete ? savings.model.per1k.student : report.cost.studentPer1kMicros;
    if (seen.has(student.id) || !figure || cost === null) return [];
    seen.add(student.id);
    const { value: quality, low, high } = figure;
    return [{ evaluationId: id, kind: "student" as const, name: student.name, quality, low, high, per1kMicros: cost }];
  });
  const { quality, cost } = newest.report;
  if (!quality.teacher || cost.teacherPer1kMicros === null) return students;
  const { value, low, high } = quality.teacher;
  const name = newest.teacher?.name ?? "Teacher";
  return [
    ...students,
    { evaluationId: newest.id, kind: "teacher", name, quality: value, low, high, per1kMicros: cost.teacherPer1kMicros },
  ];
}
