/**
 * The inputs of the cost comparison: one line each, from which schema, form, defaults and assumptions follow.
 * Money is micro-dollars, shares are 0..1; the form shows dollars and percent.
 */

export type FieldUnit =
  | "requests"
  | "tokens"
  | "microsPerMtok"
  | "micros"
  | "microsPerHour"
  | "hours"
  | "share"
  | "months";

export const fieldGroups = {
  traffic: "Traffic",
  baseline: "Today's model",
  teacher: "Teacher",
  student: "Student",
  oneOff: "One-off costs",
  upkeep: "Upkeep a month",
  range: "How sure",
} as const;
export type FieldGroup = keyof typeof fieldGroups;

type Field = {
  group: FieldGroup;
  label: string;
  unit: FieldUnit;
  max: number;
  /** used where nothing was measured, set in the task or typed */
  fallback: number;
  /** what the fallback stands on, or what the figure is */
  note: string;
};

const usd = 1_000_000;

export const savingsFields = {
  requestsPerDay: {
    group: "traffic",
    label: "Requests a day",
    unit: "requests",
    max: 1e9,
    fallback: 0,
    note: "Set it in the task, or type it here.",
  },
  baselineInputTokens: {
    group: "baseline",
    label: "Input tokens a request",
    unit: "tokens",
    max: 1e6,
    fallback: 0,
    note: "Prompt and input as today's model receives them.",
  },
  baselineOutputTokens: {
    group: "baseline",
    label: "Output tokens a request",
    unit: "tokens",
    max: 1e6,
    fallback: 0,
    note: "What today's model writes for one answer.",
  },
  baselineInputPrice: {
    group: "baseline",
    label: "Input price",
    unit: "microsPerMtok",
    max: 1_000 * usd,
    fallback: 0,
    note: "The price list of today's model.",
  },
  baselineOutputPrice: {
    group: "baseline",
    label: "Output price",
    unit: "microsPerMtok",
    max: 1_000 * usd,
    fallback: 0,
    note: "The price list of today's model.",
  },
  teacherInputTokens: {
    group: "teacher",
    label: "Input tokens a request",
    unit: "tokens",
    max: 1e6,
    fallback: 0,
    note: "Measured once the teacher has labelled rows.",
  },
  teacherOutputTokens: {
    group: "teacher",
    label: "Output tokens a request",
    unit: "tokens",
    max: 1e6,
    fallback: 0,
    note: "Measured once the teacher has labelled rows.",
  },
  teacherInputPrice: {
    group: "teacher",
    label: "Input price",
    unit: "microsPerMtok",
    max: 1_000 * usd,
    fallback: 0,
    note: "The teacher's price, as its labelling run used it.",
  },
  teacherOutputPrice: {
    group: "teacher",
    label: "Output price",
    unit: "microsPerMtok",
    max: 1_000 * usd,
    fallback: 0,
    note: "The teacher's price, as its labelling run used it.",
  },
  studentMonthly: {
    group: "student",
    label: "Serving a month",
    unit: "micros",
    max: 1e7 * usd,
    fallback: 50 * usd,
    note: "Two virtual CPUs at $25 a month, a usual on-demand price: one would do, the second is for availability.",
  },
  studentPer1k: {
    group: "student",
    label: "Serving per 1,000 requests",
    unit: "micros",
    max: 1_000 * usd,
    fallback: 0,
    note: "Anything that grows with traffic, such as logging or network.",
  },
  labelling: {
    group: "oneOff",
    label: "Labelling",
    unit: "micros",
    max: 1e7 * usd,
    fallback: 0,
    note: "What the teacher's answers have cost so far.",
  },
  training: {
    group: "oneOff",
    label: "Training",
    unit: "micros",
    max: 1e7 * usd,
    fallback: 0,
    note: "Time on the machine at its price.",
  },
  evaluation: {
    group: "oneOff",
    label: "Evaluation and judging",
    unit: "micros",
    max: 1e7 * usd,
    fallback: 0,
    note: "Time on the machine, and calls to a judge if there were any.",
  },
  peopleHours: {
    group: "oneOff",
    label: "People's time",
    unit: "hours",
    max: 100_000,
    fallback: 16,
    note: "Two working days to set up, check and deploy.",
  },
  hourlyRate: {
    group: "oneOff",
    label: "An hour of people's time",
    unit: "microsPerHour",
    max: 10_000 * usd,
    fallback: 80 * usd,
    note: "Full cost of an engineer's hour.",
  },
  relabelShare: {
    group: "upkeep",
    label: "Traffic checked by the teacher",
    unit: "share",
    max: 1,
    fallback: 0.01,
    note: "Share of requests also sent to the teacher, to see that the student keeps its quality.",
  },
  upkeepHours: {
    group: "upkeep",
    label: "People's time a month",
    unit: "hours",
    max: 10_000,
    fallback: 2,
    note: "Looking at the figures, training again now and then.",
  },
  horizonMonths: {
    group: "range",
    label: "Months looked at",
    unit: "months",
    max: 120,
    fallback: 12,
    note: "One-off costs are spread over this time.",
  },
  trafficSpread: {
    group: "range",
    label: "Traffic may differ by",
    unit: "share",
    max: 1,
    fallback: 0.2,
    note: "Up or down; one year's usual error of a traffic forecast.",
  },
  tokenSpread: {
    group: "range",
    label: "Tokens a request may differ by",
    unit: "share",
    max: 1,
    fallback: 0.1,
    note: "Up or down.",
  },
  servingSpread: {
    group: "range",
    label: "Serving and people's time may differ by",
    unit: "share",
    max: 1,
    fallback: 0.3,
    note: "Up or down; both are estimates until you have bills.",
  },
} as const satisfies Record<string, Field>;

export type FieldKey = keyof typeof savingsFields;
export const fieldKeys = Object.keys(savingsFields) as FieldKey[];
/** One number per field, in the field's unit. */
export type SavingsInputs = Record<FieldKey, number>;
