import { randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { sessionCookie } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { dispatch } from "./dispatch.ts";

let actor: Actor;
let other: Actor;
let runId: string;
let token: string;

async function makeToken(of: Actor, scopes: string[], expiresAt?: Date) {
  const value = randomToken("sth_");
  const row = await db.apiToken.create({
    data: {
      teamId: of.teamId,
      userId: of.userId,
      name: "t",
      prefix: value.slice(0, 8),
      tokenHash: hashToken(value),
      scopes,
      expiresAt: expiresAt ?? null,
    },
  });
  return { value, id: row.id };
}

async function sessionOf(of: Actor) {
  const session = await db.session.create({
    data: { userId: of.userId, teamId: of.teamId, expiresAt: new Date(Date.now() + 60_000) },
  });
  const cookie = await encode({ token: { sid: session.id }, secret: env.STILLHOUSE_SECRET });
  return { id: session.id, cookie: `${sessionCookie()}=${cookie}` };
}

const origin = new URL(env.STILLHOUSE_URL).origin;
const request = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  dispatch(new Request(`${origin}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body }) }));
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const json = { "content-type": "application/json" };

beforeAll(async () => {
  const team = await makeTeam();
  actor = team.engineer;
  other = (await makeTeam("other")).owner;
  const project = await makeProject(actor);
  runId = await makeRun(actor, project.id, "import", {});
  token = (await makeToken(actor, ["read", "write"])).value;
});

describe("who may", () => {
  test("anonymous, broken, foreign, revoked, expired and demoted callers", async () => {
    expect((await request("GET", "/runs")).status).toBe(401);
    expect((await request("GET", "/runs", bearer("sth_nonsense_nonsense"))).status).toBe(401);
    expect((await request("GET", "/runs", { authorization: "Basic YTpi" })).status).toBe(401);
    expect((await request("GET", `/runs/${runId}`, bearer(token))).status).toBe(200);
    const foreign = (await makeToken(other, ["read"])).value;
    expect((await request("GET", `/runs/${runId}`, bearer(foreign))).status).toBe(404);
    const expired = (await makeToken(actor, ["read"], new Date(Date.now() - 1))).value;
    expect((await request("GET", "/runs", bearer(expired))).status).toBe(401);
    const brief = await makeToken(actor, ["read"]);
    expect((await request("GET", "/runs", bearer(brief.value))).status).toBe(200);
    await db.apiToken.update({ where: { id: brief.id }, data: { revokedAt: new Date() } });
    expect((await request("GET", "/runs", bearer(brief.value))).status).toBe(401);
    const reader = (await makeToken(actor, ["read"])).value;
    expect((await request("POST", `/runs/${runId}/retry`, { ...bearer(reader), ...json }, "{}")).status).toBe(403);
  });

  test("a session dies with its row, its person and its membership", async () => {
    const { id, cookie } = await sessionOf(actor);
    expect((await request("GET", "/runs", { cookie })).status).toBe(200);
    await db.session.delete({ where: { id } });
    expect((await request("GET", "/runs", { cookie })).status).toBe(401);
    expect((await request("GET", "/runs", { cookie: `${sessionCookie()}=forged.value` })).status).toBe(401);
    const leaver = (await makeTeam()).engineer;
    const second = await sessionOf(leaver);
    await db.membership.deleteMany({ where: { userId: leaver.userId } });
    expect((await request("GET", "/runs", { cookie: second.cookie })).status).toBe(403);
    await db.user.update({ where: { id: leaver.userId }, data: { disabledAt: new Date() } });
    expect((await request("GET", "/runs", { cookie: second.cookie })).status).toBe(401);
  });
});

describe("cross-site requests", () => {
  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["origin null", { origin: "null" }],
    ["cross-site without origin", { "sec-fetch-site": "cross-site" }],
    ["same-site sibling", { origin: "http://sibling.localhost", "sec-fetch-site": "same-site" }],
  ])("%s is refused with a session", async (_name, headers) => {
    const { cookie } = await sessionOf(actor);
    const answer = await request("POST", `/runs/${runId}/cancel`, { cookie, ...json, ...headers }, "{}");
    expect(answer.status).toBe(403);
  });

  test("a plain form's content types are refused, and methods are not overridden", async () => {
    const { cookie } = await sessionOf(actor);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const answer = await request("POST", `/runs/${runId}/cancel`, { cookie, origin, "content-type": type }, "{}");
      expect(answer.status).toBe(415);
    }
    const answer = await request("GET", `/runs/${runId}/cancel?_method=POST`, {
      cookie,
      "x-http-method-override": "POST",
    });
    expect(answer.status).toBe(405);
    expect((await db.run.findUniqueOrThrow({ where: { id: runId } })).cancelRequested).toBe(false);
  });
});

describe("bad requests get a typed error, never a 5xx", () => {
  test.each([
    ["broken JSON", "{", json, 400],
    ["an array", "[]", json, 400],
    ["10,000 levels deep", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, json, 400],
    ["3 MiB", JSON.stringify({ a: "x".repeat(3 << 20) }), json, 413],
  ])("%s", async (_name, body, headers, status) => {
    const answer = await request("POST", `/runs/${runId}/retry`, { ...bearer(token), ...headers }, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
  });

  test("odd paths and queries", async () => {
    for (const path of [
      "/nope",
      "/runs/not-a-uuid",
      "/runs/%ff",
      `/runs/${runId}/`,
      "/runs/..%2f..%2fetc",
      "/runs?limit=abc",
      "/runs?cursor=%00",
    ]) {
      const { status } = await request("GET", path, bearer(token));
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
    }
    const many = Array.from({ length: 500 }, (_, i) => `a${i}=1`).join("&");
    expect((await request("GET", `/runs?${many}`, bearer(token))).status).toBe(414);
    const polluted = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    await request("POST", `/runs/${runId}/retry`, { ...bearer(token), ...json }, JSON.stringify(polluted));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

test("Idempotency-Key: one effect, the same answer, other content refused", async () => {
  const project = await makeProject(actor);
  const run = await makeRun(actor, project.id, "import", {});
  const headers = { ...bearer(token), ...json, "idempotency-key": randomUUID() };
  const answers = await Promise.all([1, 2, 3].map(() => request("POST", `/runs/${run}/cancel`, headers, "{}")));
  const again = await request("POST", `/runs/${run}/cancel`, headers, "{}");
  expect(again.status).toBe(200);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  expect(await db.auditEntry.count({ where: { action: "run.cancel", targetId: run } })).toBe(1);
  expect((await request("POST", `/runs/${runId}/cancel`, headers, "{}")).status).toBe(409);
});

test("a key left open by a request that died may be used again after a minute, not before", async () => {
  const project = await makeProject(actor);
  const run = await makeRun(actor, project.id, "import", {});
  const key = randomUUID();
  const headers = { ...bearer(token), ...json, "idempotency-key": key };
  expect((await request("POST", `/runs/${run}/cancel`, headers, "{}")).status).toBe(200);
  await db.$executeRaw`UPDATE "IdempotencyKey" SET "response" = NULL WHERE "key" = ${key}`;
  const waiting = await request("POST", `/runs/${run}/cancel`, headers, "{}");
  expect(waiting.status).toBe(409);
  expect(await waiting.json()).toMatchObject({ error: { message: expect.stringContaining("still being worked on") } });
  await db.$executeRaw`UPDATE "IdempotencyKey" SET "createdAt" = now() - interval '61 s' WHERE "key" = ${key}`;
  expect((await request("POST", `/runs/${run}/cancel`, headers, "{}")).status).toBe(200);
});
