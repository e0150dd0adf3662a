import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "#lib/core/db.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import type { Task } from "./schema.ts";
import { taskVerbs } from "./service.ts";

const [get, put] = taskVerbs;
let team: Awaited<ReturnType<typeof makeTeam>>;
let projectId: string;
beforeAll(async () => {
  team = await makeTeam("Tasks");
});
beforeEach(async () => {
  projectId = (await makeProject(team.engineer, { labels: [] })).id;
});

const base = { kind: "classification", instruction: "Route the ticket.", labels: ["vpn", "email"] };
const save = (input: object) => put.call({ actor: team.engineer }, { projectId, ...base, ...input }) as Promise<Task>;

describe("task.put", () => {
  it("stores everything that task.get gives back", async () => {
    const wanted = {
      ...base,
      maxP95LatencyMs: 50,
      maxMemoryBytes: 2 ** 30,
      minQuality: 0.9,
      nonInferiorityMargin: 0.01,
      budgetMicros: 200_000_000,
      baselineModel: "gpt-4o",
      baselineRequestsPerDay: 12_000,
      baselineInputTokens: 420,
      baselineOutputTokens: 6.5,
    };
    expect(await save(wanted)).toMatchObject({ ...wanted, projectId, jsonSchema: null, ready: true });
    expect(await get.call({ actor: team.manager }, { projectId })).toMatchObject(wanted);
  });

  it("replaces: what is left out is gone", async () => {
    await save({ minQuality: 0.9, baselineModel: "gpt-4o" });
    expect(await save({ labels: [] })).toMatchObject({ labels: [], minQuality: null, baselineModel: "", ready: false });
  });

  it("keeps hostile labels as they are", async () => {
    const labels = ["__proto__", "constructor", "=SUM(A1)", "<img src=x onerror=alert(1)>", "reverted_card_payment?"];
    expect((await save({ labels })).labels).toEqual(labels);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it.each([
    ["labels that differ by case", { labels: ["Refund", "lost", "refund"] }, "labels.2", '"Refund" and "refund"'],
    ["a single label", { labels: ["only"] }, "labels.0", "second one"],
    ["an empty instruction", { instruction: "  " }, "instruction", "Say what"],
    ["a quality above 1", { minQuality: 92 }, "minQuality", "at most 1"],
    ["a negative budget", { budgetMicros: -1 }, "budgetMicros", "above 0"],
    ["an infinite latency", { maxP95LatencyMs: Number.POSITIVE_INFINITY }, "maxP95LatencyMs", "number"],
    [
      "a schema that is none",
      { kind: "extraction", jsonSchema: { type: "object", properties: { a: { type: "text" } } } },
      "jsonSchema",
      "/properties/a/type",
    ],
  ])("refuses %s at its field", async (_, input, field, message) => {
    await expect(save(input)).rejects.toMatchObject({
      code: "INVALID",
      detail: { fields: { [field]: expect.stringContaining(message) } },
    });
  });

  it("needs a schema before an extraction is ready", async () => {
    expect(await save({ kind: "extraction", labels: [] })).toMatchObject({ ready: false });
    const jsonSchema = { type: "object", properties: { total: { type: "number" } } };
    expect(await save({ kind: "extraction", labels: [], jsonSchema })).toMatchObject({ ready: true, jsonSchema });
    expect(await save({ kind: "generation", labels: [] })).toMatchObject({ ready: true, jsonSchema: null });
  });
});

describe("labels from the data", () => {
  it("come most frequent first", async () => {
    const rows = ["b", "a", "b", "c", "b", "c"].map((output, index) => ({ input: `${index}`, output }));
    const labelsFrom = await makeVersion(team.engineer, projectId, rows);
    expect((await save({ labels: [], labelsFrom })).labels).toEqual(["b", "c", "a"]);
  });

  it("are refused with the pair that nobody can tell apart", async () => {
    const labelsFrom = await makeVersion(team.engineer, projectId, [
      { input: "1", output: "Refund" },
      { input: "2", output: "refund" },
    ]);
    await expect(save({ labels: [], labelsFrom })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining('"refund" and "Refund"'),
    });
    const [one, none] = [[{ input: "1", output: "only" }], [{ input: "1" }]];
    for (const rows of [one, none]) {
      const version = await makeVersion(team.engineer, projectId, rows);
      await expect(save({ labels: [], labelsFrom: version })).rejects.toMatchObject({ code: "INVALID" });
    }
  });

  it("are refused from another project, from a version on its way in, and from another team", async () => {
    const rows = [
      { input: "1", output: "a" },
      { input: "2", output: "b" },
    ];
    const elsewhere = await makeVersion(team.engineer, (await makeProject(team.engineer)).id, rows);
    await expect(save({ labelsFrom: elsewhere })).rejects.toMatchObject({
      code: "INVALID",
      detail: { where: "labelsFrom" },
    });

    const here = await makeVersion(team.engineer, projectId, rows);
    await db.datasetVersion.update({ where: { id: here }, data: { state: "importing" } });
    await expect(save({ labelsFrom: here })).rejects.toMatchObject({ code: "CONFLICT" });

    const other = await makeTeam("Others");
    const foreign = await makeVersion(other.engineer, (await makeProject(other.engineer)).id, rows);
    await expect(save({ labelsFrom: foreign })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

it("only builders change a task, everybody in the team reads it", async () => {
  await expect(put.call({ actor: team.manager }, { projectId, ...base })).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await get.call({ actor: team.manager }, { projectId })).toMatchObject({ kind: "classification" });
  const other = await makeTeam("Nosy");
  await expect(get.call({ actor: other.owner }, { projectId })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
