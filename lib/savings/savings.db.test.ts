import { beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Download } from "#lib/core/verb.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import type { Savings } from "./schema.ts";
import { savingsVerbs } from "./service.ts";

async function call<T = Savings>(actor: Actor, name: string, input: object): Promise<T> {
  const verb = savingsVerbs.find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(name);
  return (await verb.call({ actor }, input)) as T;
}

const labelling = {
  rows: "all",
  teacher: { name: "Big model" },
  price: { inputMicrosPerMtok: 2_000_000, outputMicrosPerMtok: 8_000_000 },
};

let people: Awaited<ReturnType<typeof makeTeam>>;
let projectId: string;

beforeAll(async () => {
  people = await makeTeam();
  projectId = (await makeProject(people.engineer)).id;
});

const get = () => call(people.manager, "savings.get", { projectId });
const update = (inputs: object, actor = people.manager) => call(actor, "savings.update", { projectId, inputs });

describe("savings", () => {
  it("an empty project asks for what it needs and claims nothing", async () => {
    const savings = await get();
    expect(savings.complete).toBe(false);
    expect(savings.headline.tone).toBe("open");
    expect(savings.inputs.peopleHours).toMatchObject({ source: "default", resetsTo: null });
    expect(savings.proof).toBeNull();
  });

  it("takes traffic from the task, tokens and price from the ledger, and the list price of a named baseline", async () => {
    const { engineer } = people;
    const versionId = await makeVersion(engineer, projectId, [{ input: "x" }]);
    const runId = await makeRun(engineer, projectId, "generation", { ...labelling, datasetVersionId: versionId });
    await db.run.update({ where: { id: runId }, data: { costMicros: 123_456n, startedAt: new Date() } });
    await db.generationResult.createMany({
      data: Array.from({ length: 40 }, (_, i) => ({
        runId,
        position: i + 1,
        status: i < 36 ? "ok" : "refusal",
        inputTokens: i % 2 ? 110 : 90,
        outputTokens: 5,
      })),
    });
    await db.task.update({ where: { projectId }, data: { baselineRequestsPerDay: 20_000 } });
    const savings = await get();
    expect(savings.inputs.requestsPerDay).toMatchObject({ value: 20_000, source: "task" });
    expect(savings.inputs.teacherInputTokens).toMatchObject({ value: 100, source: "measured" });
    expect(savings.inputs.baselineInputPrice).toMatchObject({ value: 2_000_000, source: "measured" });
    expect(savings.inputs.labelling).toMatchObject({ value: 123_456, source: "measured" });
    // sd 10.14 over 36 answers, mean 105: 1.96 * 10.14 / 6 / 105
    expect(savings.inputs.tokenSpread.value).toBeCloseTo(0.0316, 3);
    expect(savings.complete).toBe(true);

    await db.task.update({ where: { projectId }, data: { baselineModel: "gpt-4o" } });
    const named = await get();
    expect(named.inputs.baselineInputPrice).toMatchObject({ value: 2_500_000, source: "task" });
    expect(named.baseline).toBe("gpt-4o");

    await db.task.update({ where: { projectId }, data: { baselineModel: "a model nobody sells" } });
    const unknown = await get();
    expect(unknown.complete).toBe(false);
    expect(unknown.inputs.baselineInputPrice).toMatchObject({ value: 0, source: "default" });
  });

  it("typed figures win, can be taken back one by one, and leave the others", async () => {
    await update({ baselineInputPrice: 3_000_000, baselineOutputPrice: 9_000_000, startsOn: "2026-12-01" });
    const typed = await update({ requestsPerDay: 50_000 }, people.engineer);
    expect(typed.inputs.requestsPerDay).toMatchObject({
      value: 50_000,
      source: "typed",
      resetsTo: { value: 20_000, source: "task" },
    });
    expect(typed.inputs.baselineInputPrice.value).toBe(3_000_000);
    expect(typed.startsOn).toEqual({ value: "2026-12-01", source: "typed" });
    const back = await update({ requestsPerDay: null });
    expect(back.inputs.requestsPerDay).toMatchObject({ value: 20_000, source: "task", resetsTo: null });
    expect(back.inputs.baselineInputPrice.source).toBe("typed");
  });

  it("two people who type at once do not undo each other", async () => {
    await Promise.all([update({ peopleHours: 3 }), update({ hourlyRate: 50_000_000 }), update({ upkeepHours: 7 })]);
    const { inputs } = await get();
    expect([inputs.peopleHours.value, inputs.hourlyRate.value, inputs.upkeepHours.value]).toEqual([3, 50_000_000, 7]);
  });

  it.each([
    [{ requestsPerDay: -1 }],
    [{ requestsPerDay: 1e300 }],
    [{ requestsPerDay: "many" }],
    [{ horizonMonths: Number.NaN }],
    [{ nonsense: 1 }],
    [{ startsOn: "2026-02-31" }],
  ])("refuses %j", async (inputs) => {
    await expect(update(inputs)).rejects.toMatchObject({ code: "INVALID" });
  });

  it("a stored figure that is not valid any more is left out", async () => {
    await db.savingsInput.update({
      where: { projectId },
      data: { inputs: { requestsPerDay: "x", peopleHours: -4, upkeepHours: 1 } },
    });
    const { inputs } = await get();
    expect([inputs.requestsPerDay.source, inputs.peopleHours.source, inputs.upkeepHours.source]).toEqual([
      "task",
      "default",
      "typed",
    ]);
  });

  it("exports figures with their sources, formulas neutralised", async () => {
    await db.project.update({ where: { id: projectId }, data: { name: "=cmd()" } });
    const file = await call<Download>(people.manager, "savings.export", { projectId });
    const csv = await new Response(file.stream).text();
    expect(csv).toContain("Project,'=cmd()");
    expect(csv).toMatch(/Requests a day,20000,requests,task/);
  });

  it("reset forgets all; reviewers may not type; other teams see nothing", async () => {
    const reset = await call(people.manager, "savings.reset", { projectId });
    expect(Object.values(reset.inputs).some((input) => input.source === "typed")).toBe(false);
    await expect(update({ peopleHours: 1 }, people.reviewer)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const stranger = (await makeTeam("Other")).owner;
    await expect(call(stranger, "savings.get", { projectId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
