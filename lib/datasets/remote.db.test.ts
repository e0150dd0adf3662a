import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam } from "#lib/testing/factories.ts";

// The operator allowed nothing.
let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
});

const inside = [
  "https://127.0.0.1/x",
  "https://[::1]/x",
  "https://0x7f000001/x",
  "https://169.254.169.254/latest/meta-data/",
  "https://10.1.2.3/x",
  "https://172.16.0.1/x",
  "https://192.168.1.1/x",
  "https://user@example.com/x",
  "https://example.com%2f@127.0.0.1/x",
  "https://localhost:5432/",
  "http://93.184.215.14/x",
  "file:///etc/passwd",
];

describe.each(inside)("%s", (address) => {
  test("is neither fetched nor asked for a bucket, and leaves nothing", async () => {
    const bucket = { projectId, endpoint: address, bucket: "data", accessKey: "a", secretKey: "b" };
    for (const [name, input, where] of [
      ["upload.fetchUrl", { projectId, url: address }, "url"],
      ["bucket.objects", bucket, "endpoint"],
      ["upload.fetchObject", { ...bucket, object: "x.csv" }, "endpoint"],
    ] as const) {
      await expect(callVerbAs(name, engineer, input), name).rejects.toMatchObject({
        code: "INVALID",
        detail: { where },
      });
    }
    expect(await db.upload.count({ where: { projectId } })).toBe(0);
    expect(await db.run.count({ where: { projectId } })).toBe(0);
  });
});

test("half a pair of keys, an archived project and a role that may not write are told", async () => {
  const input = { projectId, endpoint: "https://93.184.215.14", bucket: "data", object: "a.csv" };
  await expect(callVerbAs("upload.fetchObject", engineer, { ...input, accessKey: "a" })).rejects.toMatchObject({
    code: "INVALID",
    detail: { where: "secretKey" },
  });
  const { id: archived } = await makeProject(engineer);
  await db.project.update({ where: { id: archived }, data: { archivedAt: new Date() } });
  for (const [name, more] of [
    ["upload.fetchUrl", { url: "https://93.184.215.14/a.csv" }],
    ["upload.fetchObject", input],
    ["upload.begin", { fileName: "a.csv", bytes: 5 }],
  ] as const) {
    await expect(callVerbAs(name, engineer, { ...more, projectId: archived })).rejects.toThrow(
      "This project is archived.",
    );
  }
});
