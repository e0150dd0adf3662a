import { randomUUID } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import { db } from "#lib/core/db.ts";
import { env } from "#lib/env.ts";
import { verbs } from "#lib/http/verbs.ts";
import { projectCreate } from "#lib/projects/schema.ts";
import { teacherCreate } from "#lib/teachers/schema.ts";
import { mePassword } from "#lib/teams/me-schema.ts";
import { tokenCreate } from "#lib/tokens/schema.ts";
import { expect, test } from "./support/fixtures.ts";

const pages = ["/", "/projects", "/settings/account", "/settings/team", "/settings/audit"];

test("no page or path trick shows anything without a session", async ({ request, team, api }) => {
  const call = await api(team.engineer);
  const project = await call(projectCreate, { name: `Secret plan ${randomUUID()}`, kind: "classification" });
  const tricks: { path: string; headers?: Record<string, string> }[] = [
    ...pages.map((path) => ({ path })),
    { path: `/projects/${project.id}` },
    // what skipped the middleware of other versions (CVE-2025-29927) and other servers
    ...["middleware", "src/middleware", "middleware:middleware:middleware:middleware:middleware", "proxy"].map(
      (value) => ({
        path: `/projects/${project.id}`,
        headers: { "x-middleware-subrequest": value, "x-stillhouse-path": "/sign-in", "x-nonce": "chosen" },
      }),
    ),
    { path: `//projects/${project.id}` },
    { path: `/projects/..;/projects/${project.id}` },
    { path: `/%70rojects/${project.id}` },
    { path: `/projects/${project.id}%00` },
    { path: `/en/projects/${project.id}` },
    { path: `/_next/data/build/projects/${project.id}.json` },
    { path: `/projects/${project.id}?_rsc=1`, headers: { rsc: "1", "next-router-prefetch": "1" } },
    { path: `/projects/${project.id}?nextauth=session&teamId=${team.team.id}` },
    {
      path: `/api/v1/projects/${project.id}`,
      headers: { "x-forwarded-host": "localhost", "x-user-id": team.engineer.userId },
    },
    { path: `/api/v1/%70rojects/${project.id}` },
    { path: `/api/v1//projects/${project.id}` },
    { path: `/api/v1/projects/${project.id}/../${project.id}` },
    { path: "/api/v1/events" },
  ];
  for (const { path, headers } of tricks) {
    const answer = await request.get(env.STILLHOUSE_URL + path, { headers: headers ?? {}, maxRedirects: 5 });
    const text = await answer.text();
    expect(text, path).not.toContain(project.name);
    expect(answer.status(), path).toBeLessThan(500);
  }
});

async function post(
  request: APIRequestContext,
  path: string,
  headers: Record<string, string>,
  data: string,
): Promise<number> {
  return (await request.fetch(path, { method: "POST", headers, data })).status();
}

test("another site cannot make a signed-in browser change anything", async ({ page, engineer, team }) => {
  const before = await db.project.count({ where: { teamId: team.team.id } });
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ name: "Forged" });
  const attacks: [Record<string, string>, string][] = [
    [{ ...json, origin: "https://evil.example" }, body],
    [{ ...json, origin: "null" }, body],
    [{ ...json, origin: env.STILLHOUSE_URL, "sec-fetch-site": "cross-site" }, body],
    [{ ...json, origin: `${env.STILLHOUSE_URL}.evil.example` }, body],
    [{ "content-type": "text/plain", origin: "https://evil.example" }, body],
    [{ "content-type": "text/plain" }, body],
    [{ "content-type": "application/x-www-form-urlencoded" }, "name=Forged"],
    [
      { "content-type": "multipart/form-data; boundary=x" },
      '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nForged\r\n--x--',
    ],
  ];
  for (const [headers, data] of attacks) {
    const status = await post(page.request, "/api/v1/projects", headers, data);
    expect([400, 403, 415], JSON.stringify(headers)).toContain(status);
  }
  // no change by GET, nor by a method that is only claimed
  await page.request.get("/api/v1/projects?name=Forged&_method=POST", {
    headers: { "x-http-method-override": "POST" },
  });
  expect(await db.project.count({ where: { teamId: team.team.id } })).toBe(before);
  // signing in and out is guarded by the origin as well
  const signOut = await post(page.request, "/api/auth/signout", { origin: "https://evil.example" }, "csrfToken=x");
  expect(signOut).toBe(403);
  expect(await db.session.count({ where: { userId: engineer.userId } })).toBe(1);
  expect(await post(page.request, "/api/auth/_log", { ...json, origin: env.STILLHOUSE_URL }, '{"level":"error"}')).toBe(
    404,
  );
});

test("guesses are counted by the real address, whatever X-Forwarded-For claims", async ({ request }) => {
  const path = "/api/v1/invitations/lookup";
  const statuses = [];
  for (let i = 0; i < 3; i++) {
    const headers = { "content-type": "application/json", "x-forwarded-for": `6.6.6.${i}` };
    statuses.push(await post(request, path, headers, JSON.stringify({ token: randomUUID() })));
  }
  expect(new Set(statuses)).toEqual(new Set([404]));
  const counted = await db.signInThrottle.findMany({ where: { key: { startsWith: "link:ip:" } } });
  // all three (and those of tests beside this one) came from one peer; a believed header would make three rows of one each
  expect(counted.filter((row) => row.failures === 1).length).toBeLessThan(3);
  expect(Math.max(...counted.map((row) => row.failures))).toBeGreaterThanOrEqual(3);
});

test("planted secrets come out nowhere", async ({ page, team, signIn, api }) => {
  const key = `canary-key-${randomUUID()}`;
  const password = `canary password ${randomUUID()}`;
  const call = await api(team.owner);
  await call(teacherCreate, {
    name: "Canary",
    // a public address; nothing is sent to it
    baseUrl: "https://93.184.215.14/v1",
    model: "m",
    apiKey: key,
    inputPriceMicrosPerMtok: 1,
    outputPriceMicrosPerMtok: 1,
    priceSource: "typed",
  });
  const token = (await call(tokenCreate, { name: "canary", scopes: ["read"] })).value;
  await signIn(team.owner);
  await page.request.post(`/api/v1${mePassword.path}`, { data: { oldPassword: password, newPassword: password } });
  const canaries = { key, password, token: token.slice(8) };

  const texts: [string, string][] = [];
  for (const { endpoint, kind } of verbs) {
    if (kind !== "query" || endpoint.path.includes(":")) continue;
    texts.push([endpoint.name, await (await page.request.get(`/api/v1${endpoint.path}`)).text()]);
  }
  texts.push(["audit.export", await (await page.request.get("/api/v1/audit/export?format=jsonl")).text()]);
  for (const path of [...pages, "/teachers", "/settings/tokens", "/settings/outbox", "/settings/system"]) {
    texts.push([path, await (await page.request.get(path)).text()]);
  }
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bullmq')
      AND tablename NOT IN ('Row', 'RejectedRow')`;
  for (const { name } of tables) {
    const hits = await db.$queryRawUnsafe<{ text: string }[]>(
      `SELECT t::text AS text FROM ${name} t WHERE t::text LIKE ANY ($1::text[]) LIMIT 1`,
      Object.values(canaries).map((canary) => `%${canary}%`),
    );
    texts.push([`table ${name}`, hits[0]?.text ?? ""]);
  }
  expect(texts.length).toBeGreaterThan(30);
  for (const [where, text] of texts) {
    for (const [what, canary] of Object.entries(canaries))
      expect(text.includes(canary), `${what} in ${where}`).toBe(false);
    expect(text.includes(env.STILLHOUSE_SECRET), `STILLHOUSE_SECRET in ${where}`).toBe(false);
  }
});
