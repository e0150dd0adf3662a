import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Actor, makeActor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { type Entity, entities, entityOf } from "#lib/core/endpoint.ts";
import { permissions, roles } from "#lib/core/permissions.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { sampleOf } from "#lib/testing/sample-input.ts";
import { verbs } from "./verbs.ts";

type Ids = Record<Entity, string>;
let ours: Awaited<ReturnType<typeof makeTeam>>;
let theirIds: Ids;
let ourIds: Ids;

/** One of everything in a team. */
async function furnish(actor: Actor): Promise<Ids> {
  const { teamId, userId } = actor;
  const project = (await makeProject(actor)).id;
  const datasetVersion = await makeVersion(actor, project, [{ input: "x", output: "a" }]);
  const { datasetId: dataset } = await db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersion } });
  const deletedVersion = await makeVersion(actor, project, [{ input: "x", output: "a" }]);
  await db.datasetVersion.update({ where: { id: deletedVersion }, data: { deletedAt: new Date() } });
  const hidden = await makeVersion(actor, project, [{ input: "x", output: "a" }]);
  const { datasetId: deletedDataset } = await db.datasetVersion.findUniqueOrThrow({ where: { id: hidden } });
  await db.dataset.update({ where: { id: deletedDataset }, data: { deletedAt: new Date() } });
  const run = await makeRun(actor, project, "import", {});
  const upload = await db.upload.create({
    data: { teamId, projectId: project, fileName: "f", storageKey: `uploads/${randomUUID()}`, createdById: userId },
  });
  const teacher = await db.teacher.create({
    data: {
      teamId,
      name: "T",
      baseUrl: "https://example.com/v1",
      model: "m",
      inputPriceMicrosPerMtok: 1n,
      outputPriceMicrosPerMtok: 1n,
      priceSource: "typed",
      createdById: userId,
    },
  });
  const student = await db.student.create({
    data: {
      teamId,
      projectId: project,
      runId: run,
      name: "S",
      recipe: "cpu-softmax",
      storageKey: `students/${randomUUID()}`,
      manifest: {},
      sizeBytes: 1n,
      datasetVersionId: datasetVersion,
      labelSource: "gold",
      trainRows: 1,
      trainMs: 1n,
    },
  });
  const evaluation = await db.evaluation.create({
    data: {
      teamId,
      projectId: project,
      runId: run,
      studentId: student.id,
      datasetVersionId: datasetVersion,
      report: {},
    },
  });
  const review = await db.review.create({
    data: {
      teamId,
      projectId: project,
      datasetVersionId: datasetVersion,
      name: "R",
      reviewers: 1,
      task: {},
      mix: {},
      createdById: userId,
    },
  });
  const apiToken = await db.apiToken.create({
    data: { teamId, userId, name: "t", prefix: "sth_x", tokenHash: randomUUID(), scopes: ["read"] },
  });
  const invitation = await db.invitation.create({
    data: {
      teamId,
      email: `${randomUUID()}@example.com`,
      role: "engineer",
      tokenHash: randomUUID(),
      invitedById: userId,
      expiresAt: new Date(Date.now() + 1e6),
    },
  });
  const outboxMail = await db.outboxMail.create({
    data: {
      teamId,
      toAddress: "a@example.com",
      kind: "reset",
      subject: "s",
      text: "t",
      html: "h",
      dedupeKey: randomUUID(),
    },
  });
  return {
    project,
    datasetVersion,
    dataset,
    deletedDataset,
    deletedVersion,
    run,
    upload: upload.id,
    teacher: teacher.id,
    student: student.id,
    evaluation: evaluation.id,
    review: review.id,
    apiToken: apiToken.id,
    invitation: invitation.id,
    outboxMail: outboxMail.id,
  };
}

beforeAll(async () => {
  ours = await makeTeam("ours");
  const theirs = await makeTeam("theirs");
  ourIds = await furnish(ours.owner);
  theirIds = await furnish(theirs.owner);
});

const refFields = (input: z.ZodObject) =>
  Object.entries(input.shape).flatMap(([field, schema]) => {
    const entity = entityOf(schema as z.ZodType);
    return entity ? [{ field, entity }] : [];
  });

const body = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });

describe.each(verbs.map((verb) => [verb.endpoint.name, verb] as const))("%s", (_name, verb) => {
  const { endpoint } = verb;

  test("has a route, one sentence, and a known permission", () => {
    expect(endpoint.path).toMatch(/^\/[a-z]/);
    expect(endpoint.summary).toMatch(/^[A-Z].*\.$/);
    for (const [, name] of endpoint.path.matchAll(/:(\w+)/g)) expect(Object.keys(endpoint.input.shape)).toContain(name);
    if (endpoint.permission !== "public" && endpoint.permission !== "self")
      expect(permissions).toHaveProperty(endpoint.permission);
    // A query may be a POST where its input is long or secret and belongs in no address.
    if (verb.kind === "download") expect(endpoint.method).toBe("GET");
    else if (verb.kind === "query") expect(["GET", "POST"]).toContain(endpoint.method);
    else expect(endpoint.method).not.toBe("GET");
  });

  test("refuses who is not signed in", async () => {
    if (endpoint.permission === "public") return;
    await expect(verb.call({ actor: null, body: body() }, {})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("refuses every role that lacks the permission", async () => {
    if (endpoint.permission === "public" || endpoint.permission === "self") return;
    const allowed: readonly string[] = permissions[endpoint.permission].roles;
    const input = sampleOf(endpoint.input, ourIds);
    for (const role of roles) {
      if (allowed.includes(role)) continue;
      await expect(verb.call({ actor: ours[role], body: body() }, input), role).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
    }
  });

  test("refuses a token without the scope", async () => {
    if (endpoint.permission === "public" || endpoint.permission === "self") return;
    const token = makeActor({ ...ours.owner, kind: "token", scopes: [] });
    await expect(verb.call({ actor: token, body: body() }, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("does not find another team's things, nor absent ones, with the same words", async () => {
    for (const { field, entity } of refFields(endpoint.input)) {
      const input = sampleOf(endpoint.input, ourIds);
      const foreign = await verb
        .call({ actor: ours.owner, body: body() }, { ...input, [field]: theirIds[entity] })
        .catch((e: Error) => e);
      const absent = await verb
        .call({ actor: ours.owner, body: body() }, { ...input, [field]: randomUUID() })
        .catch((e: Error) => e);
      expect(foreign, field).toMatchObject({ code: "NOT_FOUND" });
      expect((foreign as Error).message).toBe((absent as Error).message);
    }
  });

  test("takes no id that bypasses the tenant check", () => {
    // Every uuid field must be a ref, or the constructor would not look at its team.
    for (const [field, schema] of Object.entries(endpoint.input.shape)) {
      if (!/Id$/.test(field) || entityOf(schema as z.ZodType)) continue;
      // `targetId` only filters audit rows of the own team.
      expect(["userId", "sessionId", "teamId", "targetId"], `${field} of ${endpoint.name}`).toContain(field);
    }
  });
});

test("every entity is reachable by a verb, so that the table above covers it", () => {
  const used = new Set(verbs.flatMap((verb) => refFields(verb.endpoint.input).map(({ entity }) => entity)));
  expect([...used].sort()).toEqual([...entities].sort());
});

test("no two endpoints share a name", () => {
  const names = verbs.map((verb) => verb.endpoint.name);
  expect(new Set(names).size).toBe(names.length);
});

test("a mutation and its audit row are one transaction", async () => {
  const before = await db.auditEntry.count({ where: { teamId: ours.team.id } });
  const run = await makeRun(ours.engineer, ourIds.project, "import", {});
  const cancel = verbs.find((verb) => verb.endpoint.name === "run.cancel");
  await cancel?.call({ actor: ours.engineer }, { runId: run });
  const entries = await db.auditEntry.findMany({ where: { teamId: ours.team.id }, orderBy: { id: "desc" } });
  expect(entries.length).toBe(before + 1);
  expect(entries[0]).toMatchObject({ action: "run.cancel", targetId: run, userId: ours.engineer.userId });
  await expect(cancel?.call({ actor: ours.engineer }, { runId: ourIds.run.replace(/./g, "0") })).rejects.toBeDefined();
  expect(await db.auditEntry.count({ where: { teamId: ours.team.id } })).toBe(before + 1);
});

test("sampleOf makes inputs that parse", () => {
  expect(() =>
    sampleOf(z.object({ a: z.string().min(3), b: z.number().min(2), c: z.enum(["x"]), d: z.boolean() }), ourIds),
  ).not.toThrow();
});
