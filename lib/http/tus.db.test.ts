import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { removeOldUploads } from "#lib/datasets/uploads.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { tusBase as base, closeServers, listen, metadata, origin, sendWithClient, tokenOf } from "./tus.testing.ts";
import { resumableUpload } from "./tus.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.MAX_UPLOAD_BYTES = "900000000000000";
});

let engineer: Actor;
let bearer: string;
let projectId: string;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  bearer = await tokenOf(engineer);
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
});
afterEach(closeServers);

type Ask = { path?: string; headers?: Record<string, string>; body?: Uint8Array; authorization?: string };
function ask(method: string, { path = "", headers = {}, body, authorization = bearer }: Ask = {}): Promise<Response> {
  const all = { "tus-resumable": "1.0.0", ...(authorization ? { authorization } : {}), ...headers };
  return resumableUpload(
    new Request(`${origin()}${base}${path}`, { method, headers: all, body: body ?? null } as RequestInit),
  );
}

async function begin(
  bytes: number,
  fields: Record<string, string> = { projectId, filename: "a.csv" },
): Promise<string> {
  const answer = await ask("POST", {
    headers: { "upload-length": String(bytes), "upload-metadata": metadata(fields) },
  });
  expect(answer.status).toBe(201);
  return answer.headers.get("location")?.split("/").at(-1) ?? "";
}

function patch(id: string, offset: number, body: Uint8Array, authorization = bearer): Promise<Response> {
  const headers = { "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
  return ask("PATCH", { path: `/${id}`, headers, body, authorization });
}

const stored = (id: string) => readFile(storagePath(`uploads/${id}`));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const tickets = Buffer.from(
  `text,label\n${Array.from({ length: 40_000 }, (_, i) => `ticket ${i},l${i % 3}\n`).join("")}`,
);

test("a file in parts by the client library, closed with its hash, audited", async () => {
  // the same bytes that a version was made of are noticed
  const version = await makeVersion(engineer, projectId, [{ input: "x", output: "a" }]);
  await db.datasetVersion.update({ where: { id: version }, data: { sourceSha256: sha256(tickets) } });
  const port = await listen();
  const id = await sendWithClient({ port, file: tickets, authorization: bearer, projectId, partBytes: 200_000 });
  const row = await db.upload.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ state: "complete", bytes: BigInt(tickets.length), sha256: sha256(tickets), projectId });
  expect(row).toMatchObject({ fileName: "tickets.csv", storageKey: `uploads/${id}`, createdById: engineer.userId });
  expect((await stored(id)).equals(tickets)).toBe(true);
  const entries = await db.auditEntry.findMany({ where: { action: "upload.begin", targetId: id } });
  expect(entries).toHaveLength(1);
  const preview = await callVerbAs("upload.preview", engineer, { uploadId: id });
  expect(preview).toMatchObject({
    mapping: { inputs: ["text"], output: "label" },
    twin: { datasetVersionId: version },
  });
});

// Hostile case 11.
test("cut at 60 %, then a restarted server: it goes on behind what arrived, byte for byte", async () => {
  const port = await listen();
  const id = await begin(tickets.length);
  const cut = Math.floor(tickets.length * 0.6);
  const sending = httpRequest({
    port,
    host: "127.0.0.1",
    method: "PATCH",
    path: `${base}/${id}`,
    headers: {
      authorization: bearer,
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
      "content-length": tickets.length,
    },
  });
  sending.on("error", () => undefined);
  sending.write(tickets.subarray(0, cut));
  await vi.waitFor(async () => expect((await stored(id)).length).toBe(cut), { timeout: 20_000 });
  sending.destroy();
  const head = await ask("HEAD", { path: `/${id}` });
  const offset = Number(head.headers.get("upload-offset"));
  expect(head.headers.get("upload-length")).toBe(String(tickets.length));
  expect(offset).toBe(cut);
  expect((await stored(id)).equals(tickets.subarray(0, cut))).toBe(true);

  // What is half there is nothing that a dataset can be made of.
  const half = { code: "CONFLICT", message: "This upload is not complete." };
  await expect(callVerbAs("upload.preview", engineer, { uploadId: id })).rejects.toMatchObject(half);
  const mapping = { inputs: ["text"], output: "label" };
  await expect(
    callVerbAs("dataset.create", engineer, { projectId, name: "x", uploadId: id, mapping }),
  ).rejects.toMatchObject(half);
  await expect(callVerbAs("upload.finish", engineer, { uploadId: id })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await db.dataset.count({ where: { projectId } })).toBe(0);
  expect(await callVerbAs("upload.get", engineer, { uploadId: id })).toMatchObject({
    state: "receiving",
    bytes: offset,
    totalBytes: tickets.length,
  });

  const other = await listen();
  const uploadUrl = `http://127.0.0.1:${other}${base}/${id}`;
  const rest = { port: other, file: tickets, authorization: bearer, projectId, uploadUrl, partBytes: 100_000 };
  expect(await sendWithClient(rest)).toBe(id);
  expect((await stored(id)).equals(tickets)).toBe(true);
  expect(await callVerbAs("upload.finish", engineer, { uploadId: id })).toMatchObject({ id, sha256: sha256(tickets) });
});

// Hostile case 11.
test("the same part twice, a part out of order, and more than declared are refused and change nothing", async () => {
  const file = randomBytes(300_000);
  const id = await begin(file.length);
  expect((await patch(id, 0, file.subarray(0, 100_000))).headers.get("upload-offset")).toBe("100000");
  for (const [offset, from, to] of [
    [0, 0, 100_000],
    [200_000, 200_000, 300_000],
    [50_000, 50_000, 150_000],
  ] as const) {
    const answer = await patch(id, offset, file.subarray(from, to));
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ error: { code: "CONFLICT", where: "Upload-Offset" } });
  }
  expect((await patch(id, 100_000, randomBytes(200_001))).status).toBe(413);
  expect((await stored(id)).length).toBeLessThanOrEqual(file.length);
  const at = Number((await ask("HEAD", { path: `/${id}` })).headers.get("upload-offset"));
  expect(at).toBe(100_000);
  // two at once: one of them is late
  const both = await Promise.all([patch(id, at, file.subarray(at)), patch(id, at, file.subarray(at))]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  expect((await stored(id)).equals(file)).toBe(true);
  expect(await db.upload.findUniqueOrThrow({ where: { id } })).toMatchObject({ sha256: sha256(file) });
});

test("an upload is its sender's alone: all others get the same 404 as for one that is not there", async () => {
  const id = await begin(10);
  const foreign = (await makeTeam("other")).engineer;
  const colleague = await db.user.create({ data: { email: `${randomUUID()}@example.com`, name: "C" } });
  await db.membership.create({ data: { teamId: engineer.teamId, userId: colleague.id, role: "engineer" } });
  const others = [await tokenOf(foreign), await tokenOf({ ...engineer, userId: colleague.id })];
  const said = new Set<string>();
  const attempts: [string, string][] = [
    ...others.map((token): [string, string] => [id, token]),
    [randomUUID(), bearer],
    ["..%2f..%2fetc%2fpasswd", bearer],
    ["nonsense", bearer],
  ];
  for (const [target, authorization] of attempts) {
    for (const answer of [
      await patch(target, 0, Buffer.from("0123456789"), authorization),
      await ask("DELETE", { path: `/${target}`, authorization }),
    ]) {
      expect(answer.status).toBe(404);
      said.add(JSON.stringify(await answer.json()));
    }
    expect((await ask("HEAD", { path: `/${target}`, authorization })).status).toBe(404);
  }
  expect([...said]).toHaveLength(1);
  expect((await stored(id)).length).toBe(0);
  // and nobody uploads into a foreign project
  const headers = { "upload-length": "5", "upload-metadata": metadata({ projectId, filename: "x" }) };
  expect((await ask("POST", { headers, authorization: await tokenOf(foreign) })).status).toBe(404);
  expect((await ask("POST", { headers: { ...headers, "upload-metadata": metadata({ projectId: "x" }) } })).status).toBe(
    400,
  );
});

test("permission, sign-in, site and protocol are checked", async () => {
  const id = await begin(10);
  const { reviewer } = await makeTeam();
  const headers = { "upload-length": "5", "upload-metadata": metadata({ projectId, filename: "x" }) };
  expect((await ask("POST", { headers, authorization: await tokenOf(reviewer) })).status).toBe(403);
  expect((await ask("POST", { headers, authorization: await tokenOf(engineer, ["read"]) })).status).toBe(403);
  expect((await ask("POST", { headers, authorization: "" })).status).toBe(401);
  expect((await ask("PATCH", { path: `/${id}`, authorization: "Bearer sth_nonsense_nonsense" })).status).toBe(401);
  const evil = await ask("POST", { headers: { ...headers, origin: "https://evil.example" }, authorization: "" });
  expect(evil.status).toBe(403);
  expect(evil.headers.get("access-control-allow-origin")).toBeNull();
  expect((await ask("POST", { headers: { ...headers, "tus-resumable": "0.2.0" } })).status).toBeGreaterThanOrEqual(400);
  expect(
    (await ask("PATCH", { path: `/${id}`, headers: { "content-type": "text/plain", "upload-offset": "0" } })).status,
  ).toBe(400);
  expect((await ask("GET", { path: `/${id}` })).status).toBe(404);
  const options = await ask("OPTIONS");
  expect(options.headers.get("tus-extension")).toBe("creation,creation-with-upload,termination");
  expect(options.headers.get("tus-version")).toBe("1.0.0");
});

// Hostile case 36.
test("too large, empty, and a disk without room are told before a byte is sent", async () => {
  const post = (bytes: string) =>
    ask("POST", { headers: { "upload-length": bytes, "upload-metadata": metadata({ projectId, filename: "x" }) } });
  const large = await post("950000000000000");
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({
    error: { code: "LIMIT", todo: expect.stringContaining("MAX_UPLOAD_BYTES") },
  });
  const full = await post("800000000000000");
  expect(full.status).toBe(507);
  expect(await full.json()).toMatchObject({ error: { code: "LIMIT", message: "The server's disk is full." } });
  expect((await post("0")).status).toBe(400);
  expect((await post("-5")).status).toBe(400);
  expect((await post("1e9")).status).toBe(400);
  expect(await db.upload.count({ where: { projectId } })).toBe(0);
});

test.skipIf(!existsSync("/dev/full"))(
  "a disk that fills up in the middle is told, and the upload goes on afterwards",
  async () => {
    const file = randomBytes(50_000);
    const id = await begin(file.length);
    const path = storagePath(`uploads/${id}`);
    await rm(path);
    await symlink("/dev/full", path);
    const answer = await patch(id, 0, file);
    expect(answer.status).toBe(507);
    expect(await answer.json()).toMatchObject({ error: { code: "LIMIT", message: "The server's disk is full." } });
    await rm(path);
    await writeFile(path, "");
    expect((await patch(id, 0, file)).status).toBe(204);
    expect((await stored(id)).equals(file)).toBe(true);
  },
);

// Hostile case 11.
test("cancelled it is gone; complete it cannot be taken back; half ones are swept after a day without a byte", async () => {
  const gone = await begin(10);
  await patch(gone, 0, Buffer.from("0123"));
  expect((await ask("DELETE", { path: `/${gone}` })).status).toBe(204);
  expect(existsSync(storagePath(`uploads/${gone}`))).toBe(false);
  expect(await db.upload.count({ where: { id: gone } })).toBe(0);
  const audited = await db.auditEntry.findMany({ where: { targetId: gone }, orderBy: { id: "asc" } });
  expect(audited.map(({ action, userId }) => [action, userId])).toEqual([
    ["upload.begin", engineer.userId],
    ["upload.cancel", engineer.userId],
  ]);

  const complete = await begin(4);
  await patch(complete, 0, Buffer.from("0123"));
  expect((await ask("DELETE", { path: `/${complete}` })).status).toBe(400);
  expect((await stored(complete)).toString()).toBe("0123");

  const old = await begin(10);
  const slow = await begin(10);
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await db.upload.updateMany({ where: { id: { in: [old, slow] } }, data: { createdAt: longAgo, touchedAt: longAgo } });
  await patch(slow, 0, Buffer.from("0123"));
  await removeOldUploads();
  expect(existsSync(storagePath(`uploads/${old}`))).toBe(false);
  expect((await ask("HEAD", { path: `/${old}` })).status).toBe(404);
  expect((await ask("HEAD", { path: `/${slow}` })).headers.get("upload-offset")).toBe("4");
});

test("a server that died between the last byte and the hash: closing again makes up for it", async () => {
  const id = await begin(4);
  await writeFile(storagePath(`uploads/${id}`), "0123");
  const done = await callVerbAs("upload.finish", engineer, { uploadId: id });
  expect(done).toMatchObject({ bytes: 4, sha256: sha256(Buffer.from("0123")) });
  expect(await callVerbAs("upload.finish", engineer, { uploadId: id })).toEqual(done);
});
