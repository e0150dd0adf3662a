import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { openTeacher, teacherVerbs } from "./service.ts";

vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

const canary = "sk-canary-0123456789abcdefghij";
let server: TeacherServer;
let owner: Actor;
let engineer: Actor;
let manager: Actor;

beforeAll(async () => {
  server = await startTeacherServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ owner, engineer, manager } = await makeTeam());
  server.behave();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of several verbs; each test checks the shape it uses
async function call(name: string, input: object, actor = engineer): Promise<any> {
  const verb = teacherVerbs.find((candidate) => candidate.endpoint.name === name);
  if (!verb) throw new Error(name);
  return verb.call({ actor }, input);
}
const fields = (extra: object = {}) => ({
  name: "Big model",
  baseUrl: server.baseUrl,
  model: "teacher-1",
  apiKey: canary,
  inputPriceMicrosPerMtok: 2_500_000,
  outputPriceMicrosPerMtok: 10_000_000,
  ...extra,
});

test("the key is write-only: in no answer, no audit row, and encrypted at rest", async () => {
  const made = await call("teacher.create", fields());
  expect(made).toMatchObject({ hasKey: true, keyHint: "ghij", maxConcurrency: 32, priceSource: "typed" });
  const answers = [
    made,
    await call("teacher.get", { teacherId: made.id }),
    await call("teacher.list", {}),
    await call("teacher.update", { teacherId: made.id, name: "Bigger" }),
    await call("teacher.test", { teacherId: made.id }),
    await db.auditEntry.findMany({ where: { teamId: engineer.teamId } }),
    await db.teacher.findMany({ where: { teamId: engineer.teamId } }),
  ];
  expect(JSON.stringify(answers, (_key, value) => (typeof value === "bigint" ? Number(value) : value))).not.toContain(
    "canary",
  );
});

test("a ciphertext moved to another teacher does not open", async () => {
  const one = await call("teacher.create", fields());
  const two = await call("teacher.create", fields({ name: "Other", apiKey: undefined }));
  const { keyCiphertext } = await db.teacher.findUniqueOrThrow({ where: { id: one.id } });
  const moved = await db.teacher.update({ where: { id: two.id }, data: { keyCiphertext } });
  expect(() => openTeacher(moved, 1)).toThrow();
});

test("another base URL forgets the key, unless a new one comes with it", async () => {
  const made = await call("teacher.create", fields());
  const renamed = await call("teacher.update", {
    teacherId: made.id,
    name: "Same address",
    baseUrl: `${server.baseUrl}/`,
  });
  expect(renamed.hasKey).toBe(true);
  const moved = await call("teacher.update", { teacherId: made.id, baseUrl: server.baseUrl.replace("/v1", "/v2") });
  expect(moved).toMatchObject({ hasKey: false, keyHint: null });
  const again = await call("teacher.update", {
    teacherId: made.id,
    baseUrl: server.baseUrl,
    apiKey: "another-key-9876",
  });
  expect(again).toMatchObject({ hasKey: true, keyHint: "9876" });
  const erased = await call("teacher.update", { teacherId: made.id, apiKey: null });
  expect(erased.hasKey).toBe(false);
});

test("a run's frozen address must still be the teacher's own", async () => {
  const made = await call("teacher.create", fields());
  const row = await db.teacher.findUniqueOrThrow({ where: { id: made.id } });
  expect(() => openTeacher(row, 1, "http://127.0.0.1:1/v1")).toThrow(/was changed after this run/);
});

test.each([
  "http://169.254.169.254/latest",
  "https://10.0.0.1/v1",
  "https://localhost/v1",
  "https://user@api.example.com/v1",
  "https://2130706433/v1",
])("%s is refused at save, on create and on update", async (baseUrl) => {
  await expect(call("teacher.create", fields({ baseUrl }))).rejects.toMatchObject({
    code: "INVALID",
    detail: { fields: { baseUrl: expect.any(String) } },
  });
  const made = await call("teacher.create", fields());
  await expect(call("teacher.update", { teacherId: made.id, baseUrl })).rejects.toMatchObject({ code: "INVALID" });
  expect((await call("teacher.get", { teacherId: made.id })).hasKey).toBe(true);
});

test("a test shows the answer, and what is wrong without being an error", async () => {
  const made = await call("teacher.create", fields());
  const good = await call("teacher.test", { teacherId: made.id, text: "hello" });
  expect(good).toMatchObject({ ok: true, class: "ok", estimated: false, outputTokens: expect.any(Number) });
  server.behave({ fault: "unauthorized" });
  const bad = await call("teacher.test", { teacherId: made.id });
  expect(bad).toMatchObject({
    ok: false,
    class: "auth",
    answer: null,
    message: expect.stringMatching(/refused the key/),
  });
  server.behave({ fault: "echo-key" });
  const echoed = await call("teacher.test", { teacherId: made.id });
  expect(JSON.stringify(echoed)).not.toContain("canary");
  expect((await call("teacher.get", { teacherId: made.id })).lastTest).toEqual(echoed);
});

test("is not removed while a run uses it; removal erases the key", async () => {
  const made = await call("teacher.create", fields());
  const project = await makeProject(engineer);
  const runId = await makeRun(engineer, project.id, "generation", { teacherId: made.id });
  await expect(call("teacher.delete", { teacherId: made.id })).rejects.toMatchObject({ code: "CONFLICT" });
  await db.run.update({ where: { id: runId }, data: { state: "succeeded" } });
  await call("teacher.delete", { teacherId: made.id });
  expect(await db.teacher.findUniqueOrThrow({ where: { id: made.id } })).toMatchObject({
    keyCiphertext: null,
    keyHint: null,
  });
  await expect(call("teacher.get", { teacherId: made.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await call("teacher.create", fields());
});

test("names are unique, roles are kept", async () => {
  await call("teacher.create", fields(), owner);
  await expect(call("teacher.create", fields())).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(call("teacher.create", fields({ name: "x" }), manager)).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect((await call("teacher.list", {}, manager)).items).toHaveLength(1);
});
