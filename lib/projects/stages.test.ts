import { describe, expect, it } from "vitest";
import { isTaskReady, type StageFacts, stagesOf } from "./stages.ts";

const nothing: StageFacts = { taskReady: false, readyVersions: 0, labelled: 0, students: 0, evaluations: 0, runs: [] };
const track = (facts: Partial<StageFacts>) => stagesOf({ ...nothing, ...facts }).map(({ state }) => state);

describe("stagesOf", () => {
  it("starts with everything to do and ends with everything done", () => {
    expect(track({})).toEqual(["todo", "todo", "todo", "todo", "todo"]);
    expect(track({ taskReady: true, readyVersions: 1, labelled: 1, students: 1, evaluations: 1 })).toEqual(
      Array(5).fill("done"),
    );
  });

  it("shows a running step as running although an older result exists", () => {
    expect(track({ students: 2, runs: [{ kind: "finetune", state: "queued" }] })[3]).toBe("running");
    expect(track({ runs: [{ kind: "import", state: "running" }] })[1]).toBe("running");
  });

  it("asks for attention where a run waits, or failed without any result", () => {
    expect(track({ runs: [{ kind: "generation", state: "paused" }] })[2]).toBe("attention");
    expect(track({ runs: [{ kind: "evaluation", state: "failed" }] })[4]).toBe("attention");
    expect(track({ evaluations: 1, runs: [{ kind: "evaluation", state: "failed" }] })[4]).toBe("done");
    expect(track({ runs: [{ kind: "finetune", state: "cancelled" }] })[3]).toBe("todo");
  });

  it("skips the labels of a student that was trained on gold ones", () => {
    expect(track({ students: 1 })[2]).toBe("skipped");
  });
});

describe("isTaskReady", () => {
  const task = { kind: "classification", instruction: "Route it.", labels: ["a", "b"], jsonSchema: null } as const;
  it.each([
    ["labels", { ...task, labels: [...task.labels] }, true],
    ["one label", { ...task, labels: ["a"] }, false],
    ["a blank instruction", { ...task, labels: [...task.labels], instruction: " " }, false],
    ["no schema", { ...task, labels: [], kind: "extraction" as const }, false],
    ["a schema", { ...task, labels: [], kind: "extraction" as const, jsonSchema: { type: "object" } }, true],
    ["free text", { ...task, labels: [], kind: "generation" as const }, true],
    ["no task", null, false],
  ])("with %s", (_, given, ready) => {
    expect(isTaskReady(given)).toBe(ready);
  });
});
