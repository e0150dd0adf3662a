import type { SavingsInputs } from "./fields.ts";

/** Mean length of a month, so that twelve of them are a year with its leap days. */
export const DAYS_PER_MONTH = 365.25 / 12;
const DAY_MS = 86_400_000;
/** A pay-back further away than this is not a forecast. */
const LONGEST_DAYS = 3653;

export type Range = { low: number; likely: number; high: number };

/** What one uncertain input does alone: net a month with it at its low and its high end. */
export type Sensitivity = { factor: Factor; label: string; spread: number; atLow: number; atHigh: number };

/** When the one-off costs are earned back. `never`: running it saves nothing; `beyond`: later than ten years. */
export type Payback =
  | { kind: "day"; days: number; date: string; requests: number; earliest: string; latest: string | null }
  | { kind: "beyond" }
  | { kind: "never" };

/** All money in micro-dollars; monthly figures at the stated traffic. */
export type SavingsModel = {
  monthly: {
    requests: number;
    baseline: number;
    teacher: number;
    student: number;
    relabelling: number;
    upkeepPeople: number;
    /** one-off costs over the months looked at */
    oneOffShare: number;
    /** baseline - student - relabelling - upkeep: what each month brings once it runs */
    running: number;
    /** running less the share of the one-off costs */
    net: Range;
  };
  per1k: { baseline: number; teacher: number; student: number };
  oneOff: { labelling: number; training: number; evaluation: number; people: number; total: number };
  payback: Payback;
  /** requests a day from which each month brings something; null when none would */
  worthwhileFrom: number | null;
  /** cash since the start, at the end of each month 0..horizon */
  cumulative: ({ month: number } & Range)[];
  sensitivity: Sensitivity[];
};

/** Rounds to whole micro-dollars within what JSON carries exactly; absurd inputs saturate instead of becoming NaN. */
function micros(value: number): number {
  if (Number.isNaN(value)) return 0;
  const rounded = Math.round(Math.min(Number.MAX_SAFE_INTEGER, Math.max(-Number.MAX_SAFE_INTEGER, value)));
  return rounded === 0 ? 0 : rounded;
}

/** The unrounded cash flows that everything else is made of. */
function flows(i: SavingsInputs) {
  const requests = i.requestsPerDay * DAYS_PER_MONTH;
  const baselineEach =
    (i.baselineInputTokens * i.baselineInputPrice + i.baselineOutputTokens * i.baselineOutputPrice) / 1e6;
  const teacherEach = (i.teacherInputTokens * i.teacherInputPrice + i.teacherOutputTokens * i.teacherOutputPrice) / 1e6;
  const studentEach = i.studentPer1k / 1000;
  const relabelEach = i.relabelShare * teacherEach;
  const upkeepPeople = i.upkeepHours * i.hourlyRate;
  const people = i.peopleHours * i.hourlyRate;
  const oneOff = i.labelling + i.training + i.evaluation + people;
  const fixed = i.studentMonthly + upkeepPeople;
  const running = requests * (baselineEach - studentEach - relabelEach) - fixed;
  return {
    requests,
    baselineEach,
    teacherEach,
    studentEach,
    relabelEach,
    upkeepPeople,
    people,
    oneOff,
    fixed,
    running,
  };
}

/** Groups of inputs that are wrong together; different groups are taken as independent. */
const factors = {
  traffic: { label: "Traffic", spread: "trafficSpread", inputs: ["requestsPerDay"] },
  tokens: {
    label: "Tokens a request",
    spread: "tokenSpread",
    inputs: ["baselineInputTokens", "baselineOutputTokens", "teacherInputTokens", "teacherOutputTokens"],
  },
  serving: { label: "Serving the student", spread: "servingSpread", inputs: ["studentMonthly", "studentPer1k"] },
  people: { label: "People's time", spread: "servingSpread", inputs: ["peopleHours", "upkeepHours"] },
} as const;
export type Factor = keyof typeof factors;

type Shift = { oneOff: number; running: number };

/** Change of one-off cost and of the running saving when a factor's inputs move by `share`. */
function shift(inputs: SavingsInputs, factor: Factor, share: number): Shift {
  const moved = { ...inputs };
  for (const key of factors[factor].inputs) moved[key] = inputs[key] * (1 + share);
  const before = flows(inputs);
  const after = flows(moved);
  return { oneOff: after.oneOff - before.oneOff, running: after.running - before.running };
}

/**
 * Low and high of `value` when independent factors move it: the root of the summed squares of what each does alone,
 * downwards and upwards apart (first-order propagation of uncertainty, JCGM 100:2008 "GUM", 5.1.2).
 */
function combine(value: number, deltas: readonly (readonly [number, number])[]): Range {
  let down = 0;
  let up = 0;
  for (const [a, b] of deltas) {
    down += Math.min(a, b, 0) ** 2;
    up += Math.max(a, b, 0) ** 2;
  }
  return { low: micros(value - Math.sqrt(down)), likely: micros(value), high: micros(value + Math.sqrt(up)) };
}

/**
 * The whole cost comparison from its inputs. Pure; every output is finite and every amount a whole number of micro-dollars.
 *
 * @param startsOn day on which the student takes over, `YYYY-MM-DD`; pay-back is counted from it
 */
export function savingsModel(inputs: SavingsInputs, startsOn: string): SavingsModel {
  const f = flows(inputs);
  const horizon = Math.max(1, Math.round(inputs.horizonMonths));
  const shifts = (Object.keys(factors) as Factor[]).map((factor) => {
    const spread = inputs[factors[factor].spread];
    return { factor, spread, down: shift(inputs, factor, -spread), up: shift(inputs, factor, spread) };
  });
  const cashAt = (month: number): Range =>
    combine(
      month * f.running - f.oneOff,
      shifts.map(({ down, up }) => [month * down.running - down.oneOff, month * up.running - up.oneOff] as const),
    );
  const net = f.running - f.oneOff / horizon;
  const netShift = (s: Shift): number => s.running - s.oneOff / horizon;
  return {
    monthly: {
      requests: Math.round(f.requests),
      baseline: micros(f.requests * f.baselineEach),
      teacher: micros(f.requests * f.teacherEach),
      student: micros(f.requests * f.studentEach + inputs.studentMonthly),
      relabelling: micros(f.requests * f.relabelEach),
      upkeepPeople: micros(f.upkeepPeople),
      oneOffShare: micros(f.oneOff / horizon),
      running: micros(f.running),
      net: combine(
        net,
        shifts.map(({ down, up }) => [netShift(down), netShift(up)] as const),
      ),
    },
    per1k: {
      baseline: micros(f.baselineEach * 1000),
      teacher: micros(f.teacherEach * 1000),
      student: micros(f.studentEach * 1000 + (f.requests > 0 ? (inputs.studentMonthly * 1000) / f.requests : 0)),
    },
    oneOff: {
      labelling: micros(inputs.labelling),
      training: micros(inputs.training),
      evaluation: micros(inputs.evaluation),
      people: micros(f.people),
      total: micros(f.oneOff),
    },
    payback: payback(f.oneOff, f.running, inputs.requestsPerDay, startsOn, cashAt),
    worthwhileFrom: worthwhileFrom(f.fixed, f.baselineEach - f.studentEach - f.relabelEach),
    cumulative: Array.from({ length: horizon + 1 }, (_, month) => ({ month, ...cashAt(month) })),
    sensitivity: shifts
      .map(({ factor, spread, down, up }) => ({
        factor,
        label: factors[factor].label,
        spread,
        atLow: micros(net + netShift(down)),
        atHigh: micros(net + netShift(up)),
      }))
      .sort((a, b) => Math.abs(b.atHigh - b.atLow) - Math.abs(a.atHigh - a.atLow)),
  };
}

function worthwhileFrom(fixed: number, savedEach: number): number | null {
  if (savedEach <= 0) return null;
  const perDay = fixed / savedEach / DAYS_PER_MONTH;
  return Number.isFinite(perDay) ? Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(perDay)) : null;
}

function payback(
  oneOff: number,
  running: number,
  requestsPerDay: number,
  startsOn: string,
  cashAt: (month: number) => Range,
): Payback {
  if (running <= 0) return { kind: "never" };
  const days = Math.ceil((oneOff / running) * DAYS_PER_MONTH - 1e-9);
  if (!(days <= LONGEST_DAYS)) return { kind: "beyond" };
  const start = Date.parse(startsOn);
  // the date of the n-th day, during which the costs are covered: the first day is the start itself
  const dateOf = (n: number): string => new Date(start + Math.max(0, n - 1) * DAY_MS).toISOString().slice(0, 10);
  const first = (end: "low" | "high", from: number): number | null => {
    for (let d = from; d <= LONGEST_DAYS; d++) if (cashAt(d / DAYS_PER_MONTH)[end] >= 0) return d;
    return null;
  };
  const latest = first("low", days);
  return {
    kind: "day",
    days,
    date: dateOf(days),
    requests: Math.round(days * requestsPerDay),
    earliest: dateOf(Math.min(days, first("high", 0) ?? days)),
    latest: latest === null ? null : dateOf(latest),
  };
}
