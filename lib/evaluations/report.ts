import { z } from "zod";

/** The stored outcome of an evaluation. Rates 0..1, latency ms, money micro-dollars; 95 % intervals throughout. */

const Interval = z.object({ low: z.number(), high: z.number() });
const Proportion = Interval.extend({ value: z.number(), hits: z.number().int(), n: z.number().int() });
const Figure = Interval.extend({ value: z.number(), method: z.string() });
export type Figure = z.infer<typeof Figure>;

const ClassScore = z.object({
  label: z.string(),
  support: z.number().int(),
  predicted: z.number().int(),
  precision: Proportion.nullable(),
  recall: Proportion.nullable(),
  f1: Interval.extend({ value: z.number() }).nullable(),
});
export type ClassScore = z.infer<typeof ClassScore>;

/** One system against the reference. `cells` index `labels` of the report; two more columns: outside the set, no answer. */
const Side = z.object({
  figures: z.record(z.string(), Figure.nullable()),
  perClass: z.array(ClassScore),
  cells: z.array(z.object({ gold: z.number().int(), predicted: z.number().int(), count: z.number().int() })),
});
export type Side = z.infer<typeof Side>;

const Verdict = z.object({
  kind: z.enum(["better", "notWorse", "worse", "unclear"]),
  title: z.string(),
  sentence: z.string(),
  counts: z.object({ n: z.number().int(), studentOnly: z.number().int(), teacherOnly: z.number().int() }),
  margin: z.number(),
  difference: Interval.extend({ value: z.number() }),
  mcnemar: z.object({ p: z.number(), exact: z.number() }),
  moreRows: z.number().int().nullable(),
});

/** The figures on one choice of rows. `teacher` and `verdict` are null where the teacher is itself the reference or absent. */
const View = z.object({
  n: z.number().int(),
  student: Side,
  teacher: Side.nullable(),
  agreement: Proportion.nullable(),
  verdict: Verdict.nullable(),
});
export type View = z.infer<typeof View>;

const Latency = z.object({
  n: z.number().int(),
  meanMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** pass / fail: the whole interval lies on one side of the limit; open: the rows cannot tell; none: no limit is set. */
export const CheckOutcome = z.enum(["pass", "fail", "open", "none"]);
export type CheckOutcome = z.infer<typeof CheckOutcome>;

export const Check = z.object({
  id: z.enum(["teacher", "quality", "latency", "memory", "budget"]),
  label: z.string(),
  outcome: CheckOutcome,
  unit: z.enum(["points", "rate", "ms", "bytes", "micros"]),
  value: z.number().nullable(),
  interval: Interval.nullable(),
  limit: z.number().nullable(),
  /** the finding in words, with what to do where it is open */
  says: z.string(),
});
export type Check = z.infer<typeof Check>;

export const EvaluationReport = z.object({
  /** `gold`: figures are accuracy against human labels. `teacher`: no gold exists, they are agreement with the teacher. */
  basis: z.enum(["gold", "teacher"]),
  rows: z.object({
    /** rows the student answered */
    total: z.number().int(),
    /** rows left out because the teacher was never asked about them */
    notAsked: z.number().int(),
    withGold: z.number().int(),
    withTeacher: z.number().int(),
    /** rows that the quality figures stand on */
    judged: z.number().int(),
    /** rows whose input occurs earlier in the same set: not independent evidence */
    duplicates: z.number().int(),
    /** rows whose input is also among the rows that the student learned from */
    seenInTraining: z.number().int(),
  }),
  labels: z.array(z.string()),
  /** gold labels that the student never saw in training, and what they cost */
  unseen: z.object({ labels: z.array(z.string()), rows: z.number().int() }),
  views: z.object({
    /** all judged rows; a missing teacher answer counts as wrong for the teacher */
    all: View,
    /** only rows that the teacher answered; null where those are the same rows or there are none */
    answered: View.nullable(),
  }),
  calibration: z
    .object({
      ece: z.number(),
      n: z.number().int(),
      bins: z.array(
        z.object({
          from: z.number(),
          to: z.number(),
          n: z.number().int(),
          confidence: z.number().nullable(),
          accuracy: Proportion.nullable(),
        }),
      ),
    })
    .nullable(),
  latency: z.object({ student: Latency.nullable(), teacher: Latency.nullable() }),
  memoryBytes: z.number().int(),
  /** measured: mean cost of the teacher's answers; of the student, processor time at its price */
  cost: z.object({ teacherPer1kMicros: z.number().nullable(), studentPer1kMicros: z.number().nullable() }),
  checks: z.array(Check),
  outcome: CheckOutcome,
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
