import type { Db } from "#lib/core/db.ts";
import { pool } from "#lib/core/db.ts";
import { ImportReport } from "#lib/datasets/schema.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import { EvaluationReport } from "#lib/evaluations/report.ts";
import type { DatasetVersion } from "#prisma/generated/client.ts";
import type { Gaps, Suggestion } from "./schema.ts";

/** Classes with fewer training rows than this, or than half the median, are filled up. */
const fewRows = 10;
const mostPerClass = 50;
/** Pairs suggested, and how often one must have been confused. */
const mostPairs = 5;
const leastConfused = 2;
const rowsPerPair = 20;
const sampledRows = 2_000;
/** A share of texts below this at one end of the scale is a gap. */
const rareShare = 0.03;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rareClasses(labels: Gaps["labels"]): Suggestion[] {
  if (labels.length < 2) return [];
  const middle = median(labels.map(({ train }) => train));
  const enough = Math.max(fewRows, middle / 2);
  return labels
    .filter(({ train }) => train < enough)
    .slice(0, 50)
    .map(({ label, train }) => ({
      item: { method: "label", label, rows: Math.min(mostPerClass, Math.max(fewRows, Math.ceil(middle)) - train) },
      why: `${train} training ${train === 1 ? "row" : "rows"}; half of the classes have ${middle} or more.`,
    }));
}

/** Pairs that the newest student of the project took for one another, on rows of any version. */
async function confusedPairs(
  db: Pick<Db, "evaluation">,
  projectId: string,
  known: ReadonlySet<string>,
): Promise<Suggestion[]> {
  const newest = await db.evaluation.findFirst({ where: { projectId }, orderBy: { id: "desc" } });
  const report = newest && EvaluationReport.safeParse(newest.report).data;
  if (!report) return [];
  return report.views.all.student.cells
    .flatMap(({ gold, predicted, count }) => {
      const label = report.labels[gold];
      const confusedWith = report.labels[predicted];
      return gold !== predicted &&
        label &&
        confusedWith &&
        known.has(label) &&
        known.has(confusedWith) &&
        count >= leastConfused
        ? [{ label, confusedWith, count }]
        : [];
    })
    .sort((a, b) => b.count - a.count)
    .slice(0, mostPairs)
    .map(({ label, confusedWith, count }) => ({
      item: { method: "hardNegative", label, confusedWith, rows: rowsPerPair },
      why: `The newest evaluation's student answered "${confusedWith}" for ${count} rows of "${label}".`,
    }));
}

async function lengthsOf(version: DatasetVersion): Promise<number[]> {
  const { rows } = await pool.query<{ chars: number }>(
    `SELECT length(r."input") AS chars FROM (SELECT * FROM ${versionRows(version)} v WHERE NOT v."holdout"
       ORDER BY v."position" LIMIT 50000) r ORDER BY r."inputHash" LIMIT ${sampledRows}`,
  );
  return rows.map(({ chars }) => chars).sort((a, b) => a - b);
}

function lengthGaps(sorted: readonly number[], middle: number): Suggestion[] {
  if (sorted.length < 100) return [];
  const share = (keep: (chars: number) => boolean) => sorted.filter(keep).length / sorted.length;
  const found: Suggestion[] = [];
  if (share((chars) => chars < middle / 3) < rareShare)
    found.push({
      item: { method: "length", length: "short", label: null, rows: 30 },
      why: `Hardly any input is shorter than a third of the usual ${middle} characters.`,
    });
  if (share((chars) => chars > middle * 3) < rareShare)
    found.push({
      item: { method: "length", length: "long", label: null, rows: 20 },
      why: `Hardly any input is longer than three times the usual ${middle} characters.`,
    });
  return found;
}

/** What a version lacks, and wishes that would fill it. */
export async function findGaps(
  db: Pick<Db, "evaluation" | "task">,
  version: DatasetVersion & { dataset: { projectId: string } },
): Promise<Gaps> {
  const { projectId } = version.dataset;
  const task = await db.task.findUnique({ where: { projectId } });
  const report = ImportReport.parse(version.report);
  const counted = new Map(report.labels.map(({ label, rows, holdout }) => [label, rows - holdout]));
  const names = new Set([...(task?.kind === "classification" ? task.labels : []), ...counted.keys()]);
  const labels = report.manyAnswers
    ? []
    : [...names].map((label) => ({ label, train: counted.get(label) ?? 0 })).sort((a, b) => a.train - b.train);
  const sorted = await lengthsOf(version);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const pairs = await confusedPairs(db, projectId, names);
  const noise: Suggestion[] = [
    {
      item: { method: "typos", label: null, rows: 40 },
      why: "Real messages have slips and abbreviations; data from forms and archives often lacks them.",
    },
  ];
  const outside: Suggestion[] =
    task?.kind === "classification"
      ? [
          {
            item: {
              method: "outOfScope",
              label: labels.find(({ label }) => /^(oos|out[ _-]of[ _-]scope|other|none)$/i.test(label))?.label ?? null,
              rows: 40,
            },
            why: "Without them the student gives every message one of the labels, with confidence.",
          },
        ]
      : [];
  return {
    labels,
    suggestions: [...rareClasses(labels), ...pairs, ...lengthGaps(sorted, at(0.5)), ...noise, ...outside],
    lengths: {
      mean: sorted.reduce((sum, chars) => sum + chars, 0) / Math.max(1, sorted.length),
      p10: at(0.1),
      median: at(0.5),
      p90: at(0.9),
    },
    systemChars: (task?.instruction.length ?? 0) + (task?.labels.join("\n- ").length ?? 0),
  };
}
