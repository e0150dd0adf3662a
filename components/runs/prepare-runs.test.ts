import { describe, expect, it } from "vitest";
import type { RunEvent } from "#lib/runs/schema.ts";
import { prepareMetrics } from "./prepare-metrics.ts";
import { groupProblems, inertText } from "./prepare-problems.ts";
import { humanize, producedBy, stateWord } from "./words.ts";

let seq = 0;
const event = (patch: Partial<RunEvent>): RunEvent => ({
  seq: ++seq,
  at: new Date(Date.UTC(2026, 10, 23) + seq * 1000).toISOString(),
  type: "log",
  level: "info",
  message: "",
  data: {},
  ...patch,
});
const metric = (data: Record<string, unknown>) => event({ type: "metric", data });

describe("prepareMetrics", () => {
  it("puts training and validation loss into one chart over steps", () => {
    const { charts, xLabel } = prepareMetrics("finetune", [
      metric({ step: 10, loss: 2, epoch: 1 }),
      metric({ step: 20, loss: 1, eval_loss: 1.5, eval_accuracy: 0.8 }),
    ]);
    expect(xLabel).toBe("Step");
    expect(charts.map((chart) => [chart.id, chart.series.length])).toEqual([
      ["loss", 2],
      ["accuracy", 1],
    ]);
    expect(charts[0]?.series[0]?.points).toEqual([
      { x: 10, y: 2 },
      { x: 20, y: 1 },
    ]);
  });

  it("leaves out NaN as text, and gives unknown metrics a chart of their own", () => {
    const { charts } = prepareMetrics("finetune", [metric({ step: 1, loss: "NaN", grad_norm: 3 })]);
    expect(charts.map((chart) => chart.title)).toEqual(["Grad norm"]);
  });

  it("counts time from the first point where there are no steps", () => {
    const { charts, xLabel } = prepareMetrics("generation", [metric({ ratePerSec: 5 }), metric({ ratePerSec: 7 })]);
    expect(xLabel).toBe("After");
    expect(charts[0]?.series[0]?.points.map((point) => point.x)).toEqual([0, 1000]);
  });

  it("has no charts without metrics", () => expect(prepareMetrics("import", []).charts).toEqual([]));
});

describe("groupProblems", () => {
  it("takes messages that differ in figures and quotes as one cause, errors first", () => {
    const problems = groupProblems([
      event({ level: "warn", message: 'Row 12: label "a b" is not in the set' }),
      event({ level: "warn", message: 'Row 9,340: label "c" is not in the set' }),
      event({ level: "info", message: "fine" }),
      event({ level: "error", message: "The endpoint answered 500" }),
    ]);
    expect(problems.map((problem) => [problem.level, problem.count])).toEqual([
      ["error", 1],
      ["warn", 2],
    ]);
    expect(problems[1]?.example).toBe('Row 12: label "a b" is not in the set');
  });

  it("keeps a warning and an error of the same words apart", () => {
    const problems = groupProblems([event({ level: "warn", message: "x" }), event({ level: "error", message: "x" })]);
    expect(problems).toHaveLength(2);
  });
});

it("shows terminal codes and direction overrides as nothing", () => {
  expect(inertText("\u001b[31mred\u001b[0m \u202egnp.exe\u0000\r")).toBe("red gnp.exe");
  expect(inertText("日本語 <script>\ttab")).toBe("日本語 <script>\ttab");
});

it("says what a person asked for while it is under way, and only then", () => {
  expect(stateWord({ state: "running", cancelRequested: true, pauseRequested: false })).toBe("Cancelling …");
  expect(stateWord({ state: "running", cancelRequested: false, pauseRequested: true })).toBe("Pausing …");
  expect(stateWord({ state: "cancelled", cancelRequested: true, pauseRequested: false })).toBeUndefined();
});

it("links what a run produced, and nothing before it is there", () => {
  const run = { kind: "finetune" as const, projectId: "p", result: { studentId: "s" } };
  expect(producedBy(run)[0]?.href).toBe("/projects/p/students/s");
  expect(producedBy({ ...run, result: null })).toEqual([]);
  expect(producedBy({ ...run, result: { studentId: 7 } })[0]?.href).toBe("/projects/p/students");
});

it("turns keys into words", () => {
  expect(humanize("outside_labels")).toBe("Outside labels");
  expect(humanize("maxTokens")).toBe("Max tokens");
});
