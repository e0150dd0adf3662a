import { describe, expect, it } from "vitest";
import type { EvaluationSummary } from "#lib/evaluations/schema.ts";
import type { ActiveRun, Stage, StageState } from "#lib/projects/schema.ts";
import { type NextFacts, nextStep } from "./next.ts";

const order = ["task", "data", "labels", "student", "verdict"] as const;
const stages = (...states: StageState[]): Stage[] => order.map((step, i) => ({ step, state: states[i] ?? "todo" }));
const facts: NextFacts = {
  kind: "classification",
  stages: stages("done", "done", "done", "done", "done"),
  activeRuns: [],
  failedRuns: {},
  goldRows: 0,
  verdict: null,
  newStudent: null,
  savingsComplete: true,
};
const run: ActiveRun = {
  id: "0198f2a4-0000-7000-8000-000000000001",
  kind: "generation",
  state: "running",
  title: "Label Tickets v1",
  phase: "Label",
  done: 630,
  total: 1000,
  unit: "rows",
  etaMs: 60_000,
  pauseReason: null,
};
const verdict = (report: object) => ({ report: { verdict: null, ...report } }) as unknown as EvaluationSummary;

describe("nextStep", () => {
  it("walks through the steps in order", () => {
    const at = (...states: StageState[]) => nextStep({ ...facts, stages: stages(...states) }).step;
    expect(at("todo")).toBe("task");
    expect(at("done")).toBe("data");
    expect(at("done", "done")).toBe("labels");
    expect(at("done", "done", "done")).toBe("student");
    expect(at("done", "done", "skipped", "done")).toBe("verdict");
    expect(at("done", "done", "skipped", "done", "done")).toBe("savings");
  });
  it("what waits for a person comes before what runs", () => {
    const waiting: ActiveRun = {
      ...run,
      id: "0198f2a4-0000-7000-8000-000000000002",
      state: "paused",
      pauseReason: "budget",
    };
    const next = nextStep({ ...facts, activeRuns: [run, waiting] });
    expect(next).toMatchObject({ runId: waiting.id, step: "labels" });
    expect(next.reason).toContain("spending cap");
    expect(nextStep({ ...facts, activeRuns: [run] }).reason).toContain("63");
  });
  it("a failed run is pointed at with its message", () => {
    const next = nextStep({
      ...facts,
      stages: stages("done", "attention"),
      failedRuns: { data: { id: run.id, message: "Not UTF-8." } },
    });
    expect(next).toMatchObject({ title: "The last import failed", reason: "Not UTF-8.", runId: run.id });
  });
  it("follows the verdict: improve, bring rows, or go on to the savings", () => {
    expect(nextStep({ ...facts, verdict: verdict({ outcome: "fail" }) }).step).toBe("student");
    const open = nextStep({
      ...facts,
      verdict: verdict({ outcome: "open", verdict: { kind: "unclear", moreRows: 412 } }),
    });
    expect(open.reason).toContain("412");
    expect(nextStep({ ...facts, verdict: verdict({ outcome: "pass" }), savingsComplete: false }).title).toContain(
      "today's model",
    );
    expect(nextStep({ ...facts, verdict: verdict({ outcome: "pass" }), newStudent: "B" }).title).toBe("Evaluate B");
  });
});
