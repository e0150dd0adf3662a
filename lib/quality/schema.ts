import { z } from "zod";
import { endpoint, Instant, Page, pageOf, ref } from "#lib/core/endpoint.ts";
import { Changed } from "#lib/datasets/change-schema.ts";
import { Reason } from "#lib/datasets/schema.ts";
import { RunStateName } from "#lib/runs/schema.ts";
import { checkCodes, fixActions, levels } from "./checks.ts";

export const CheckCode = z.enum(checkCodes);
export const Level = z.enum(levels);
export const FixAction = z.enum(fixActions);

const Share = z.number().min(0).max(1);

/** Numbers that decide what is found. */
export const Thresholds = z.object({
  nearDuplicate: z
    .number()
    .min(0.5, "at least 0.5: below, texts are alike rather than equal")
    .max(1)
    .default(0.8)
    .meta({ description: "Jaccard similarity of shingles from which two inputs are near duplicates" }),
  contextTokens: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(512)
    .meta({ description: "tokens that the student reads, input and answer together" }),
  lengthZ: z
    .number()
    .min(2)
    .max(50)
    .default(5)
    .meta({ description: "robust z of the logarithm of the length from which a row is an outlier" }),
  minLabelRows: z
    .int()
    .min(1)
    .max(10_000)
    .default(5)
    .meta({ description: "training rows that a class needs to be learnt" }),
  drift: Share.default(0.1).meta({ description: "effect size (0..1) from which a difference is drift" }),
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/, "two small letters, as in ISO 639-1"))
    .max(20)
    .default([])
    .meta({ description: "ISO 639-1 codes of the expected languages; empty: not looked at" }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "two capital letters, as in ISO 3166-1")
    .nullable()
    .default(null)
    .meta({ description: "whose phone numbers are recognised without an international prefix" }),
});
export type Thresholds = z.infer<typeof Thresholds>;

/** What differs from the defaults; what is absent takes them. */
export const PolicyInput = z.object({
  auto: z.boolean().optional().meta({ description: "make a report of every new version by itself; default true" }),
  levels: z.partialRecord(CheckCode, Level).optional().meta({ description: "by check; default: see the reference" }),
  allowed: z
    .partialRecord(CheckCode, Share)
    .optional()
    .meta({ description: "share of rows, by check, up to which a finding is only told; default 0" }),
  thresholds: z.object(Thresholds.shape).partial().optional(),
});
export type PolicyInput = z.infer<typeof PolicyInput>;

/** A policy with everything filled in. */
export const Policy = z.object({
  auto: z.boolean(),
  levels: z.record(CheckCode, Level),
  allowed: z.record(CheckCode, Share),
  thresholds: Thresholds,
});
export type Policy = z.infer<typeof Policy>;

export const GateStatus = z.enum(["pass", "warn", "block"]);
export type GateStatus = z.infer<typeof GateStatus>;

/** How one check ended. */
export const CheckSummary = z.object({
  check: CheckCode,
  level: Level,
  /** found: counts for its level; allowed: below the share that the policy allows; skipped: could not be done, see `sentence` */
  status: z.enum(["clean", "found", "allowed", "skipped", "off"]),
  /** rows with a finding, exact */
  rows: z.int(),
  /** of all rows that the check looked at, 0..1 */
  share: z.number(),
  /** findings that can be opened and fixed, at most 100,000 */
  kept: z.int(),
  /** clusters, classes or spellings, where the check forms groups */
  groups: z.int().nullable(),
  /** what it means, for a person */
  sentence: z.string(),
  /** further figures of the check */
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
  /** what can be done about it in one step */
  fixes: z.array(FixAction),
});
export type CheckSummary = z.infer<typeof CheckSummary>;

/** A version whose rows were compared for leakage. `side`: which of its rows. */
export const Compared = z.object({
  datasetVersionId: z.uuid(),
  name: z.string(),
  side: z.enum(["train", "holdout"]),
  /** rows of this version with a partner there */
  exact: z.int(),
  near: z.int(),
});
export type Compared = z.infer<typeof Compared>;

/** Difference to an earlier version. Effects are 0 (none) to 1. */
export const Drift = z.object({
  datasetVersionId: z.uuid(),
  name: z.string(),
  parts: z.array(
    z.object({
      part: z.enum(["labels", "length", "words"]),
      /** the effect that is held against the threshold */
      effect: z.number(),
      drifted: z.boolean(),
      sentence: z.string(),
      figures: z.record(z.string(), z.number()),
    }),
  ),
});
export type Drift = z.infer<typeof Drift>;

/** What is kept of a report. */
export const StoredReport = z.object({
  rowCount: z.int(),
  checks: z.array(CheckSummary),
  compared: z.array(Compared),
  /** versions that were not compared, because there were too many rows */
  notCompared: z.array(z.string()),
  drift: Drift.nullable(),
  /** as they were when it was made */
  policy: Policy,
  task: z.object({ kind: z.string().nullable(), labels: z.int() }),
  /** how it was done, in words: shingles, bands, models, samples */
  methods: z.array(z.string()),
  durationMs: z.number(),
});
export type StoredReport = z.infer<typeof StoredReport>;

export const QualityReport = StoredReport.extend({
  datasetVersionId: z.uuid(),
  runId: z.uuid(),
  status: GateStatus,
  createdAt: Instant,
});
export type QualityReport = z.infer<typeof QualityReport>;

const versionInput = { datasetVersionId: ref("datasetVersion") };

export const QualityRun = z.object({ id: z.uuid(), state: RunStateName });

export const qualityStart = endpoint({
  name: "quality.start",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/quality",
  permission: "data.write",
  summary: "Makes a quality report of a version; the run that is under way already is answered again.",
  input: z.object({
    ...versionInput,
    compareWith: ref("datasetVersion").optional().meta({ description: "for drift; default: the version before" }),
  }),
  output: QualityRun,
});

export const qualityGet = endpoint({
  name: "quality.get",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/quality",
  permission: "data.read",
  summary: "The newest quality report of a version, and the run that makes the next one.",
  input: z.object(versionInput),
  output: z.object({
    report: QualityReport.nullable(),
    /** newest run, also one that failed or still works */
    run: QualityRun.nullable(),
  }),
});

const RowText = z.object({
  input: z.string(),
  output: z.string().nullable(),
  holdout: z.boolean(),
  /** the texts are longer than shown */
  cut: z.boolean(),
});

export const Finding = z.object({
  seq: z.int(),
  check: CheckCode,
  position: z.int(),
  part: z.enum(["input", "output"]).nullable(),
  group: z.int().nullable(),
  score: z.number().nullable(),
  /** the answer that would be right, where the check knows one */
  suggestion: z.string().nullable(),
  note: z.string(),
  row: RowText.nullable(),
  /** what it was compared with */
  other: z
    .object({
      datasetVersionId: z.uuid(),
      name: z.string(),
      position: z.int(),
      row: RowText.nullable(),
    })
    .nullable(),
});
export type Finding = z.infer<typeof Finding>;

export const qualityFindings = endpoint({
  name: "quality.findings",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/quality/findings",
  permission: "data.read",
  summary: "Findings of one check with their rows: the worst first where there is a score, else by position.",
  input: Page.extend({ ...versionInput, check: CheckCode }),
  output: pageOf(Finding),
});

export const Gate = z.object({
  /** no report yet counts as block: what was not looked at has not passed */
  status: GateStatus,
  reasons: z.array(
    z.object({
      /** null: about the report itself */
      check: CheckCode.nullable(),
      level: z.enum(["block", "warn"]),
      sentence: z.string(),
    }),
  ),
  report: z.enum(["ready", "running", "none"]),
  reportedAt: Instant.nullable(),
});
export type Gate = z.infer<typeof Gate>;

export const qualityGate = endpoint({
  name: "quality.gate",
  method: "GET",
  path: "/dataset-versions/:datasetVersionId/quality/gate",
  permission: "data.read",
  summary: "Whether a version passes the team's policy, for CI: always 200 with pass, warn or block and the reasons.",
  input: z.object(versionInput),
  output: Gate,
});

export const PolicyAnswer = z.object({ projectId: z.uuid(), policy: Policy, changed: PolicyInput });
export type PolicyAnswer = z.infer<typeof PolicyAnswer>;

export const qualityPolicyGet = endpoint({
  name: "quality.policyGet",
  method: "GET",
  path: "/projects/:projectId/quality-policy",
  permission: "data.read",
  summary: "Which checks block, warn or are off in a project, and their thresholds.",
  input: z.object({ projectId: ref("project") }),
  output: PolicyAnswer,
});

export const qualityPolicySet = endpoint({
  name: "quality.policySet",
  method: "PUT",
  path: "/projects/:projectId/quality-policy",
  permission: "data.write",
  summary: "Replaces the policy of a project; reports that are there keep the one they were made with.",
  input: z.object({ projectId: ref("project"), ...PolicyInput.shape }),
  output: PolicyAnswer,
});

export const qualityFix = endpoint({
  name: "quality.fix",
  method: "POST",
  path: "/dataset-versions/:datasetVersionId/quality/fix",
  permission: "data.write",
  summary: "Puts the findings of one check right in a new version; the version itself stays as it is.",
  input: z.object({
    ...versionInput,
    check: CheckCode,
    action: FixAction,
    reason: Reason,
    seqs: z
      .array(z.int().min(1))
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: "only these findings; absent: all of the check" }),
    to: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "relabel: the new label; default: what each finding suggests" }),
  }),
  output: Changed,
});
