/** What a quality report looks for. Isomorphic: report, policy form and API name the same checks. */
import { textCodes } from "#lib/text/codes.ts";

/** Checks that need more than one row, the task or a model; the others (`textCodes`) look at one text. */
export const rowCodes = [
  "leak-exact",
  "leak-near",
  "duplicate",
  "near-duplicate",
  "conflict",
  "near-conflict",
  "outside-labels",
  "label-spelling",
  "rare-label",
  "label-noise",
  "too-long",
  "length-outlier",
  "drift",
] as const;

export const checkCodes = [...rowCodes, ...textCodes] as const;
export type CheckCode = (typeof checkCodes)[number];

/** What a finding of a check counts for: it stops training and CI, is a warning, is only told, or is not looked for. */
export const levels = ["block", "warn", "info", "off"] as const;
export type Level = (typeof levels)[number];

/** What can be done about the rows of a check. Hold-out rows are never dropped because of leakage. */
export const fixActions = ["drop", "keep-first", "keep-majority", "majority", "merge", "relabel", "mask"] as const;
export type FixAction = (typeof fixActions)[number];

export const fixWords: Record<FixAction, string> = {
  drop: "Drop these rows",
  "keep-first": "Keep the first row of each group",
  "keep-majority": "Keep the first row of each group, with the group's most frequent answer",
  majority: "Give all rows of a group its most frequent answer; ties stay",
  merge: "Change to the more frequent spelling",
  relabel: "Give these rows another label",
  mask: "Mask what was found",
};

export type CheckFacts = {
  title: string;
  /** what it finds, in a sentence */
  summary: string;
  /** unless the team says otherwise */
  level: Level;
  fixes: readonly FixAction[];
  /** what `score` of a finding is; absent: it has none */
  score?: string;
};

const personal = (title: string, summary: string, level: Level = "warn"): CheckFacts => ({
  title,
  summary,
  level,
  fixes: ["mask", "drop"],
});

/** Every check with its default level. The order is that of the report. */
export const checks: Record<CheckCode, CheckFacts> = {
  "leak-exact": {
    title: "Leakage: same input in training and hold-out",
    summary:
      "A training row has the words of a row that is held out (case, blanks and punctuation aside): the evaluation would measure memory.",
    level: "block",
    fixes: ["drop"],
  },
  "leak-near": {
    title: "Leakage: nearly the same input in training and hold-out",
    summary: "A training row is nearly equal to a row that is held out.",
    level: "block",
    fixes: ["drop"],
    score: "Jaccard similarity, 0..1",
  },
  duplicate: {
    title: "Duplicates",
    summary: "The input occurs in an earlier row of the same side: equal but for case, width and blanks.",
    level: "warn",
    fixes: ["keep-first", "keep-majority"],
  },
  "near-duplicate": {
    title: "Near duplicates",
    summary: "The input is nearly equal to that of an earlier row of the same side.",
    level: "info",
    fixes: ["keep-first", "keep-majority"],
    score: "Jaccard similarity, 0..1",
  },
  conflict: {
    title: "Conflicting answers",
    summary: "One input occurs with different gold answers.",
    level: "warn",
    fixes: ["majority", "drop"],
  },
  "near-conflict": {
    title: "Conflicting answers of near duplicates",
    summary: "Nearly equal inputs have different gold answers.",
    level: "info",
    fixes: ["drop"],
    score: "Jaccard similarity, 0..1",
  },
  "outside-labels": {
    title: "Labels outside the set",
    summary: "The gold answer is none of the task's labels.",
    level: "warn",
    fixes: ["drop", "relabel"],
  },
  "label-spelling": {
    title: "Labels spelt in two ways",
    summary: "The label is nearly equal to a more frequent one: case, blanks, signs, or one typing mistake.",
    level: "warn",
    fixes: ["merge"],
  },
  "rare-label": {
    title: "Classes too rare",
    summary: "The class has too few training rows to learn, or no row on one of the sides.",
    level: "warn",
    fixes: ["drop"],
  },
  "label-noise": {
    title: "Suspected wrong labels",
    summary:
      "A model that has not seen the row is confident of another label (confident learning, Northcutt et al. 2021).",
    level: "info",
    fixes: ["relabel", "drop"],
    score: "probability of the other label minus that of the given one",
  },
  "too-long": {
    title: "Longer than the student's window",
    summary: "The row has more tokens than the student can read; what is behind would be cut off.",
    level: "warn",
    fixes: ["drop"],
    score: "tokens",
  },
  "length-outlier": {
    title: "Unusual length",
    summary: "The length is far from that of the other rows: robust z of its logarithm, by median and MAD.",
    level: "info",
    fixes: ["drop"],
    score: "robust z; negative: short",
  },
  drift: {
    title: "Drift",
    summary: "Labels, lengths or words differ from an earlier version.",
    level: "info",
    fixes: [],
  },
  email: personal("E-mail addresses", "The text holds an e-mail address."),
  phone: personal("Phone numbers", "The text holds a phone number."),
  iban: personal("Bank accounts", "The text holds an IBAN with valid check digits."),
  card: personal("Payment cards", "The text holds a card number with a valid check digit."),
  national: personal("National identity numbers", "The text holds a national number with valid check digits."),
  ip: personal("IP addresses", "The text holds an IP address.", "off"),
  empty: { title: "Empty answers", summary: "The answer is empty or says nothing.", level: "warn", fixes: ["drop"] },
  truncated: {
    title: "Answers cut off",
    summary: "The answer ends in the middle of a sentence or structure.",
    level: "warn",
    fixes: ["drop"],
  },
  refusal: {
    title: "Refusals",
    summary: "The answer refuses instead of answering.",
    level: "warn",
    fixes: ["drop"],
  },
  boilerplate: {
    title: "Boilerplate",
    summary: "The answer holds phrases of a chat assistant, or a sentence that many answers share.",
    level: "info",
    fixes: ["drop"],
  },
  "invalid-json": {
    title: "JSON that does not fit",
    summary: "The answer is not JSON, or does not follow the task's schema.",
    level: "warn",
    fixes: ["drop"],
  },
  language: {
    title: "Other language",
    summary: "The text is in a language that is not expected.",
    level: "warn",
    fixes: ["drop"],
  },
};
