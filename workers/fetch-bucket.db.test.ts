import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { storagePath } from "#lib/core/storage.ts";
import { Parts } from "#lib/sources/parts.ts";
import { serveBucket, type TestServer, testKeys, testRegion } from "#lib/sources/servers.testing.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";
import { claimFetch, fetchNow } from "./fetch.testing.ts";
import { fetchHandler } from "./fetch.ts";

// Settings are parsed once, at their first use: before any import.
vi.hoisted(() => {
  process.env.STILLHOUSE_ALLOW_ADDRESSES = "127.0.0.0/8";
});

const content = randomBytes(400_000);
const objects = new Map([
  ["exports/Q1 + täglich.csv", content],
  ["exports/old.csv", Buffer.from("text,label\na,b\n")],
]);
let engineer: Actor;
let projectId: string;
let bucket: TestServer;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
  bucket = await serveBucket(objects);
});
afterAll(() => bucket.close());

const keys = { accessKey: testKeys.accessKeyId, secretKey: testKeys.secretAccessKey };
const place = () => ({ projectId, endpoint: bucket.url, region: testRegion, bucket: "data" });
const pick = async (input: object) =>
  (await callVerbAs("upload.fetchObject", engineer, { ...place(), ...input })) as { id: string; runId: string };

test("listed, chosen, fetched; the keys are encrypted while it runs and gone afterwards", async () => {
  const listed = await callVerbAs("bucket.objects", engineer, { ...place(), ...keys, prefix: "exports/" });
  expect(listed).toMatchObject({ folders: [], nextCursor: null });
  const [first] = listed.items as { key: string; bytes: number }[];
  expect(first).toMatchObject({ key: "exports/Q1 + täglich.csv", bytes: content.length });

  const { id, runId } = await pick({ ...keys, object: first?.key });
  const everything = async () =>
    JSON.stringify(
      [
        await db.upload.findUniqueOrThrow({ where: { id } }),
        await db.run.findUniqueOrThrow({ where: { id: runId } }),
        await db.auditEntry.findMany({ where: { teamId: engineer.teamId } }),
        await callVerbAs("upload.get", engineer, { uploadId: id }),
        await callVerbAs("run.get", engineer, { runId }),
      ],
      (_key, value) => (typeof value === "bigint" ? String(value) : value),
    );
  expect((await db.upload.findUniqueOrThrow({ where: { id } })).secret).toMatch(/^v1\./);
  expect(await everything()).not.toContain(testKeys.secretAccessKey);
  expect(await everything()).not.toContain(testKeys.accessKeyId);

  expect((await fetchNow(runId)).end).toBe("succeeded");
  const row = await db.upload.findUniqueOrThrow({ where: { id } });
  const sha256 = createHash("sha256").update(content).digest("hex");
  expect(row).toMatchObject({ state: "complete", secret: null, sha256, fileName: "Q1 + täglich.csv" });
  expect((await readFile(storagePath(row.storageKey))).equals(content)).toBe(true);
});

test("it goes on behind what is there, for the same object only", async () => {
  const key = "exports/Q1 + täglich.csv";
  for (const etag of [
    `"${createHash("sha256").update(content.toString("latin1")).digest("hex")}"`,
    '"of an older one"',
  ]) {
    const { id, runId } = await pick({ ...keys, object: key });
    // as a killed claim leaves it
    const { ctx } = await claimFetch(runId);
    const parts = await Parts.open(`uploads/${id}`, ctx.run.leaseEpoch);
    await parts.append(content.subarray(0, 150_000));
    await parts.close();
    await db.upload.update({ where: { id }, data: { validator: { etag, modified: null, total: content.length } } });
    const before = bucket.seen.length;
    expect((await fetchNow(runId)).end).toBe("succeeded");
    expect(bucket.seen[before]?.headers).toMatchObject({ range: "bytes=150000-", "if-match": etag });
    expect((await readFile(storagePath(`uploads/${id}`))).equals(content)).toBe(true);
  }
});

test("a wrong key ends the run in words and is not kept", async () => {
  const { id, runId } = await pick({ ...keys, secretKey: "wrong", object: "exports/old.csv" });
  await expect(fetchNow(runId)).rejects.toMatchObject({
    code: "UPSTREAM",
    detail: { where: "secretKey", todo: "Check the secret key and the region." },
  });
  expect((await db.upload.findUniqueOrThrow({ where: { id } })).secret).toBeNull();
});

test("cancelled before it began, it leaves neither keys nor upload", async () => {
  const { id, runId } = await pick({ ...keys, object: "exports/old.csv" });
  const { ctx, stop } = await claimFetch(runId);
  stop.abort("cancel");
  await fetchHandler(ctx);
  expect(await db.upload.count({ where: { id } })).toBe(0);
});
