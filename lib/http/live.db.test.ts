import { encode } from "next-auth/jwt";
import { expect, test, vi } from "vitest";
import { sessionCookie } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import { publish } from "#lib/core/publish.ts";
import { env } from "#lib/env.ts";
import { makeTeam } from "#lib/testing/factories.ts";
import { liveEvents } from "./live.ts";

async function watch(actor: { userId: string; teamId: string }) {
  const session = await db.session.create({
    data: { userId: actor.userId, teamId: actor.teamId, expiresAt: new Date(Date.now() + 60_000) },
  });
  const cookie = `${sessionCookie()}=${await encode({ token: { sid: session.id }, secret: env.STILLHOUSE_SECRET })}`;
  const leave = new AbortController();
  const answer = await liveEvents(
    new Request("http://localhost/api/v1/events", { headers: { cookie }, signal: leave.signal }),
  );
  const seen = { text: "", ended: false };
  void (async () => {
    for await (const chunk of answer.body ?? []) seen.text += Buffer.from(chunk).toString("utf8");
    seen.ended = true;
  })();
  return { answer, seen, session, leave };
}

test("tells the topics of the own team only, and ends when the session does", async () => {
  const ours = (await makeTeam()).manager;
  const theirs = (await makeTeam()).manager;
  const { seen, session, answer } = await watch(ours);
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  await vi.waitFor(async () => {
    await db.$transaction((tx) => publish(tx, ours.teamId, "run:1"));
    expect(seen.text).toContain('"run:1"');
  });
  await db.$transaction((tx) => publish(tx, theirs.teamId, "run:2"));
  await db.$transaction((tx) => publish(tx, ours.teamId, "run:3", "run:3"));
  await vi.waitFor(() => expect(seen.text).toContain('"run:3"'));
  expect(seen.text).not.toContain("run:2");
  await db.session.delete({ where: { id: session.id } });
  await vi.waitFor(() => expect(seen.ended).toBe(true), { timeout: 6_000 });
});

test("tells a reviewer of reviews and of nothing else", async () => {
  const { reviewer } = await makeTeam();
  const { seen, leave } = await watch(reviewer);
  await vi.waitFor(async () => {
    await db.$transaction((tx) => publish(tx, reviewer.teamId, "run:1", "project:1", "review:1"));
    expect(seen.text).toContain('"review:1"');
  });
  expect(seen.text).not.toMatch(/run:|project:/);
  leave.abort();
});

test("refuses anonymous viewers", async () => {
  expect((await liveEvents(new Request("http://localhost/api/v1/events"))).status).toBe(401);
});
