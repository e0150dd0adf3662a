import { beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import type { Project } from "./schema.ts";
import { projectVerbs } from "./service.ts";

const [list, get, create, update, archive, unarchive] = projectVerbs;
let team: Awaited<ReturnType<typeof makeTeam>>;
beforeAll(async () => {
  team = await makeTeam("Projects");
});

const make = (actor: Actor, input: object = {}) =>
  create.call({ actor }, { name: "Tickets", kind: "classification", ...input }) as Promise<Project>;
const states = (project: Project) => project.stages.map(({ state }) => state);

describe("a new project", () => {
  it("has a task of its kind with a first instruction, and nothing simulated", async () => {
    const project = await make(team.engineer, { name: "  Invoices ", kind: "extraction" });
    expect(project).toMatchObject({
      name: "Invoices",
      kind: "extraction",
      simulated: false,
      createdBy: "engineer of Projects",
    });
    expect(states(project)).toEqual(["todo", "todo", "todo", "todo", "todo"]);
    const task = await db.task.findUniqueOrThrow({ where: { projectId: project.id } });
    expect(task).toMatchObject({
      teamId: team.team.id,
      kind: "extraction",
      instruction: expect.stringContaining("JSON"),
    });
  });

  it("cannot claim to be simulated, nor to have been made for another team", async () => {
    const project = await make(team.owner, { simulated: true, teamId: "00000000-0000-7000-8000-000000000000" });
    expect(await db.project.findUnique({ where: { id: project.id } })).toMatchObject({
      simulated: false,
      teamId: team.team.id,
    });
  });

  it.each([
    ["no name", { name: " " }],
    ["a name too long", { name: "x".repeat(121) }],
    ["an unknown kind", { kind: "clustering" }],
  ])("is refused with %s", async (_, input) => {
    await expect(make(team.engineer, input)).rejects.toMatchObject({ code: "INVALID" });
  });

  it("is refused to roles that only look", async () => {
    await expect(make(team.reviewer)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(make(team.manager)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("where a project stands", () => {
  it("follows its data, runs, students and evaluations", async () => {
    const { id } = await makeProject(team.engineer);
    const stages = async () => states((await get.call({ actor: team.manager }, { projectId: id })) as Project);
    expect(await stages()).toEqual(["done", "todo", "todo", "todo", "todo"]);

    const versionId = await makeVersion(team.engineer, id, [{ input: "a", output: "a" }]);
    const runId = await makeRun(team.engineer, id, "generation", {});
    expect(await stages()).toEqual(["done", "done", "running", "todo", "todo"]);
    await db.run.update({ where: { id: runId }, data: { state: "paused", pauseReason: "budget" } });
    expect(await stages()).toEqual(["done", "done", "attention", "todo", "todo"]);
    await db.run.update({ where: { id: runId }, data: { state: "succeeded" } });

    const common = { teamId: team.team.id, projectId: id, datasetVersionId: versionId };
    const student = await db.student.create({
      data: {
        ...common,
        runId: await makeRun(team.engineer, id, "finetune", {}),
        name: "S",
        recipe: "cpu-softmax",
        storageKey: "s",
        manifest: {},
        sizeBytes: 1,
        labelSource: "teacher",
        trainRows: 1,
        trainMs: 1,
      },
    });
    await db.run.updateMany({ where: { projectId: id }, data: { state: "succeeded" } });
    const evaluation = await db.evaluation.create({ data: { ...common, runId, studentId: student.id, report: {} } });
    const project = (await get.call({ actor: team.manager }, { projectId: id })) as Project;
    expect(states(project)).toEqual(["done", "done", "done", "done", "done"]);
    expect(project).toMatchObject({
      latestEvaluationId: evaluation.id,
      counts: { datasets: 1, students: 1, evaluations: 1 },
      activeRuns: [],
    });
  });

  it("shows active runs with their progress, the newest first", async () => {
    const { id } = await makeProject(team.engineer);
    const older = await makeRun(team.engineer, id, "import", {});
    const newer = await makeRun(team.engineer, id, "generation", {});
    await db.run.update({
      where: { id: newer },
      data: { progress: { phase: "Labelling", done: 5, total: 20, etaMs: 900 } },
    });
    const project = (await get.call({ actor: team.manager }, { projectId: id })) as Project;
    expect(project.activeRuns).toMatchObject([
      {
        id: newer,
        kind: "generation",
        state: "queued",
        phase: "Labelling",
        done: 5,
        total: 20,
        unit: "rows",
        etaMs: 900,
      },
      { id: older, kind: "import", done: 0, total: null },
    ]);
  });
});

describe("the list", () => {
  it("pages through the team's own current projects, newest first, and finds by text", async () => {
    const other = await makeTeam("Elsewhere");
    await make(other.engineer, { name: "Foreign" });
    const mine = await makeTeam("Lister");
    const names = ["Alpha", "Beta", "Gamma"];
    for (const name of names) await make(mine.engineer, { name, description: name === "Beta" ? "100 % routing" : "" });
    const ask = async (input: object) =>
      (await list.call({ actor: mine.manager }, input)) as { items: Project[]; nextCursor: string | null };

    const first = await ask({ limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(["Gamma", "Beta"]);
    const second = await ask({ limit: 2, cursor: first.nextCursor ?? "" });
    expect(second).toMatchObject({ items: [{ name: "Alpha" }], nextCursor: null });
    expect((await ask({ search: "ROUTING" })).items.map(({ name }) => name)).toEqual(["Beta"]);
    expect((await ask({ search: "alp_a" })).items).toEqual([]);
    expect((await ask({ search: "100 %" })).items).toHaveLength(1);
  });
});

describe("changing a project", () => {
  it("keeps what is absent, and archives only what rests", async () => {
    const project = await make(team.engineer, { description: "First" });
    const projectId = project.id;
    expect(await update.call({ actor: team.engineer }, { projectId, name: "Renamed" })).toMatchObject({
      name: "Renamed",
      description: "First",
    });
    expect(await update.call({ actor: team.engineer }, { projectId, description: "" })).toMatchObject({
      name: "Renamed",
      description: "",
    });

    const runId = await makeRun(team.engineer, projectId, "import", {});
    await expect(archive.call({ actor: team.engineer }, { projectId })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("Test import"),
    });
    await db.run.update({ where: { id: runId }, data: { state: "failed" } });
    const archived = (await archive.call({ actor: team.engineer }, { projectId })) as Project;
    expect(archived.archivedAt).not.toBeNull();
    expect(await archive.call({ actor: team.engineer }, { projectId })).toMatchObject({
      archivedAt: archived.archivedAt,
    });

    const names = async (flag: boolean) => {
      const page = (await list.call({ actor: team.engineer }, { archived: String(flag) })) as { items: Project[] };
      return page.items.map(({ id }) => id);
    };
    expect(await names(false)).not.toContain(projectId);
    expect(await names(true)).toEqual([projectId]);
    await unarchive.call({ actor: team.engineer }, { projectId });
    expect(await names(true)).toEqual([]);
  });

  it("is not possible from another team, which sees nothing there", async () => {
    const project = await make(team.engineer);
    const { owner } = await makeTeam("Strangers");
    for (const verb of [get, update, archive, unarchive]) {
      await expect(verb.call({ actor: owner }, { projectId: project.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });
});
