import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { sendFile, serve, stall, type TestServer } from "#lib/sources/servers.testing.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { claimFetch, fetchNow, startUrl } from "./fetch.testing.ts";
import { fetchHandler } from "./fetch.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.MAX_UPLOAD_BYTES = "2000000";
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

const content = randomBytes(900_000);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
let engineer: Actor;
let projectId: string;
let servers: TestServer[] = [];

beforeAll(async () => {
  ({ engineer } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function server(handle: Parameters<typeof serve>[0]): Promise<TestServer> {
  const made = await serve(handle);
  servers.push(made);
  return made;
}
const start = (url: string) => startUrl(engineer, projectId, url);
const stored = (id: string) => readFile(storagePath(`uploads/${id}`));
const rowOf = (id: string) => db.upload.findUniqueOrThrow({ where: { id } });

async function expectWhole(id: string, expected = content): Promise<void> {
  expect(await rowOf(id)).toMatchObject({
    state: "complete",
    bytes: BigInt(expected.length),
    sha256: sha256(expected),
  });
  expect((await stored(id)).equals(expected)).toBe(true);
  expect(existsSync(storagePath(`uploads/${id}.parts`))).toBe(false);
}

test("a file from an address becomes an upload; what is secret in the address is nowhere to be read", async () => {
  const from = await server((request, response) => sendFile(request, response, content, '"v1"'));
  const { id, runId } = await start(`${from.url}/export/tickets%20new.csv?signature=SECRET#top`);
  const waiting = await rowOf(id);
  expect(waiting).toMatchObject({ state: "receiving", runId, fileName: "tickets new.csv" });
  expect(waiting.secret).toMatch(/^v1\./);
  expect(await callVerbAs("upload.get", engineer, { uploadId: id })).toMatchObject({
    state: "receiving",
    runId,
    origin: { kind: "url", address: `${from.url}/export/tickets%20new.csv` },
  });
  const { ctx, progress } = await claimFetch(runId);
  const outcome = await fetchHandler(ctx);
  expect(outcome).toMatchObject({
    end: "succeeded",
    result: { uploadId: id, bytes: content.length, sha256: sha256(content) },
  });
  expect(progress).toMatchObject({ done: content.length, total: content.length, unit: "bytes" });
  await expectWhole(id);
  const run = await db.run.findUniqueOrThrow({ where: { id: runId } });
  const audited = await db.auditEntry.findMany({ where: { action: "upload.fetchUrl", targetId: id } });
  expect(audited).toHaveLength(1);
  expect(
    JSON.stringify([run.payload, run.title, await rowOf(id), audited], (_, v) => (typeof v === "bigint" ? `${v}` : v)),
  ).not.toContain("SECRET");
  expect(from.seen[0]?.url).toBe("/export/tickets%20new.csv?signature=SECRET");
  expect(from.seen[0]?.headers).not.toHaveProperty("authorization");
  expect(from.seen[0]?.headers).not.toHaveProperty("cookie");
  expect(from.seen[0]?.headers["accept-encoding"]).toBe("identity");
  // done already: a second claim after a crash between the two commits says the same
  expect(await fetchNow(runId)).toMatchObject({ end: "succeeded", result: { sha256: sha256(content) } });
});

describe("killed in the middle", () => {
  /** The first claim hangs after 600,000 bytes, as a worker that was stopped: it lives on beside the second one. */
  async function killed(handle: Parameters<typeof serve>[0]) {
    let first = true;
    let hanging: { end(rest: Buffer): void } | null = null;
    const from = await server((request, response) => {
      if (!first) return handle(request, response);
      first = false;
      stall(response, content, 600_000, '"v1"');
      hanging = { end: (rest) => void response.end(rest) };
    });
    const { id, runId } = await start(`${from.url}/big.csv`);
    const dead = await claimFetch(runId);
    const dying = fetchHandler(dead.ctx);
    dying.catch(() => undefined);
    await vi.waitFor(() => expect(dead.progress.done).toBe(600_000), { timeout: 20_000 });
    return { from, id, runId, dying, wake: (rest: Buffer) => hanging?.end(rest) };
  }

  test("it goes on behind what is there; the worker that wakes up again changes nothing", async () => {
    const { from, id, runId, dying, wake } = await killed((request, response) =>
      sendFile(request, response, content, '"v1"'),
    );
    const second = await fetchNow(runId);
    expect(second.end).toBe("succeeded");
    expect(from.seen[1]?.headers).toMatchObject({ range: "bytes=600000-", "if-range": '"v1"' });
    await expectWhole(id);
    wake(Buffer.alloc(300_000, "x"));
    await expect(dying).rejects.toBeInstanceOf(LostLease);
    await expectWhole(id);
  });

  test("from the beginning where the server knows no ranges, or has other content by now", async () => {
    const plain = await killed((_request, response) => response.writeHead(200, { etag: '"v1"' }).end(content));
    expect((await fetchNow(plain.runId)).logs.join()).toContain("from its beginning");
    await expectWhole(plain.id);

    const other = randomBytes(700_000);
    const changed = await killed((request, response) => sendFile(request, response, other, '"v2"'));
    expect((await fetchNow(changed.runId)).end).toBe("succeeded");
    await expectWhole(changed.id, other);
  });

  test("cancelled it leaves nothing", async () => {
    const { id, runId, wake, dying } = await killed((request, response) =>
      sendFile(request, response, content, '"v1"'),
    );
    const { ctx, stop } = await claimFetch(runId);
    stop.abort("cancel");
    await fetchHandler(ctx);
    expect(await db.upload.count({ where: { id } })).toBe(0);
    wake(Buffer.alloc(300_000));
    await expect(dying).rejects.toBeInstanceOf(LostLease);
    expect((await readdir(storagePath("uploads"))).filter((name) => name.startsWith(id))).toEqual([]);
  });
});

test("a broken connection and a busy server are got over within the run", async () => {
  let asked = 0;
  const from = await server((request, response) => {
    asked += 1;
    if (asked === 1) {
      stall(response, content, 300_000, '"v1"');
      setImmediate(() => request.socket.destroy());
    } else if (asked === 2) response.writeHead(503).end("busy");
    else sendFile(request, response, content, '"v1"');
  });
  const { id, runId } = await start(`${from.url}/a.csv`);
  expect((await fetchNow(runId)).end).toBe("succeeded");
  await expectWhole(id);
});

describe("told in words, with nothing of the keys left", () => {
  test.each([
    ["a sign-in", 401, {}, /asks for a sign-in \(401\)/],
    ["no such file", 404, {}, /has no such file \(404\)/],
    ["something odd", 418, {}, /answered 418/],
    ["too large, as announced", 200, { "content-length": "2000001" }, /larger than 2\sMB/],
    ["empty", 200, { "content-length": "0" }, /The file is empty/],
  ])("%s", async (_name, status, headers, message) => {
    const from = await server((_request, response) => void response.writeHead(status, headers).end());
    const { id, runId } = await start(`${from.url}/a.csv?key=SECRET`);
    await expect(fetchNow(runId)).rejects.toThrow(message);
    expect(await rowOf(id)).toMatchObject({ state: "receiving", secret: null });
    await db.run.update({ where: { id: runId }, data: { state: "queued" } });
    await expect(fetchNow(runId)).rejects.toMatchObject({
      code: "CONFLICT",
      detail: { todo: expect.stringContaining("import page") },
    });
  });

  test("too large without a word before", async () => {
    const from = await server((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
        response.once("drain", more);
      };
      more();
    });
    const { runId } = await start(`${from.url}/endless`);
    await expect(fetchNow(runId)).rejects.toMatchObject({ code: "LIMIT", status: 413 });
  });
});

describe("redirects", () => {
  test("are followed five times and no further", async () => {
    const from = await server((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 0) sendFile(request, response, content, '"v1"');
      else response.writeHead(302, { location: `/${hop - 1}` }).end();
    });
    const five = await start(`${from.url}/5`);
    expect((await fetchNow(five.runId)).end).toBe("succeeded");
    await expectWhole(five.id);
    await expect(fetchNow((await start(`${from.url}/6`)).runId)).rejects.toThrow(/more than 5 times/);
  });

  test.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:80/",
    "http://0xa000001/",
    "http://user:pw@127.0.0.1/",
    "https://10.0.0.7/x",
    "https://localhost/x",
    "file:///etc/passwd",
    "http://8.8.8.8/plain",
    "https://[::ffff:169.254.169.254]/",
  ])("to %s are refused", async (location) => {
    const from = await server((_request, response) => response.writeHead(302, { location }).end());
    const { runId } = await start(`${from.url}/a.csv`);
    await expect(fetchNow(runId)).rejects.toMatchObject({ code: "INVALID" });
    expect(from.seen).toHaveLength(1);
  });
});
