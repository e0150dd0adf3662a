import { describe, expect, it } from "vitest";
import type { Task } from "#lib/tasks/schema.ts";
import { fieldProblems, formOf, inputOf, problemsOf } from "./form-model.ts";

const projectId = "01890000-0000-7000-8000-000000000001";
const task: Task = {
  projectId,
  kind: "classification",
  instruction: "Route it.",
  labels: ["a", "b"],
  jsonSchema: null,
  maxP95LatencyMs: 50,
  maxMemoryBytes: 2 ** 30,
  minQuality: 0.925,
  nonInferiorityMargin: 0.02,
  budgetMicros: 12_345_678,
  baselineModel: "gpt-4o",
  baselineRequestsPerDay: 1000,
  baselineInputTokens: 400,
  baselineOutputTokens: 6,
  ready: true,
  updatedAt: "2026-01-01T00:00:00.000Z",
};

describe("the task form", () => {
  it("shows people's units and gives back exactly what was stored", () => {
    const form = formOf(task);
    expect(form).toMatchObject({ memoryMib: 1024, qualityPercent: 92.5, marginPoints: 2, budgetDollars: 12.345678 });
    const { ready: _ready, updatedAt: _updatedAt, ...stored } = task;
    expect(inputOf(projectId, form)).toEqual(stored);
  });

  it("keeps empty limits empty and an empty margin at its default", () => {
    const bare = formOf({ ...task, maxP95LatencyMs: null, minQuality: null, budgetMicros: null, maxMemoryBytes: null });
    expect(inputOf(projectId, { ...bare, marginPoints: null })).toMatchObject({
      maxP95LatencyMs: null,
      minQuality: null,
      budgetMicros: null,
      maxMemoryBytes: null,
      nonInferiorityMargin: undefined,
    });
    expect(problemsOf(projectId, bare)).toEqual({});
  });

  it("puts every message at the field that people see", () => {
    expect(
      problemsOf(projectId, {
        ...formOf(task),
        qualityPercent: 120,
        requestsPerDay: -1,
        labels: ["A", "a"],
        instruction: " ",
      }),
    ).toEqual({
      qualityPercent: expect.stringContaining("at most 1"),
      requestsPerDay: expect.stringContaining("above 0"),
      labels: expect.stringContaining('"A" and "a"'),
      instruction: expect.stringContaining("Say what"),
    });
    expect(fieldProblems({ "labels.3": "first", "labels.4": "second", other: "x" })).toEqual({ labels: "first" });
  });

  it("checks the schema of an extraction only, and says where it is wrong", () => {
    const form = {
      ...formOf(task),
      kind: "extraction" as const,
      schemaText: '{"type":"object","properties":{"a":{"type":"text"}}}',
    };
    expect(problemsOf(projectId, form).schemaText).toMatch(/^\/properties\/a\/type: /);
    expect(problemsOf(projectId, { ...form, schemaText: "{" }).schemaText).toMatch(/not JSON/);
    expect(problemsOf(projectId, { ...form, kind: "classification" })).toEqual({});
    const jsonSchema = { type: "object", properties: { a: { type: "string" } } };
    expect(inputOf(projectId, formOf({ ...task, jsonSchema })).jsonSchema).toEqual(jsonSchema);
  });
});
