import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { listStorage, removeStorage, storagePath } from "#lib/core/storage.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { tinyBpe, tinyWordPiece } from "#lib/text/tokenizer.testing.ts";
import { loadProjectTokenizer } from "./tokenizers.ts";
import { rowTokenVerbs } from "./tokens.ts";
import { type ProjectTokenizer, type RowTokens, shownPieces } from "./tokens-schema.ts";

let engineer: Actor;
let manager: Actor;
let projectId: string;
let datasetVersionId: string;

function call(actor: Actor, name: string, input: object, body?: ReadableStream<Uint8Array>): Promise<unknown> {
  const verb = rowTokenVerbs.find((one) => one.endpoint.name === name);
  if (!verb) throw new Error(`no verb ${name}`);
  return verb.call({ actor, ...(body ? { body } : {}) }, input);
}
const streamOf = (...parts: (string | Buffer)[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
const set = (text: string | Buffer, fileName = "tokenizer.json") =>
  call(engineer, "project.tokenizerSet", { projectId, fileName }, streamOf(text)) as Promise<ProjectTokenizer>;
const get = () =>
  call(manager, "project.tokenizerGet", { projectId }) as Promise<{ tokenizer: ProjectTokenizer | null }>;
const tokensOf = (position: number, input: object = {}) =>
  call(manager, "row.tokens", { datasetVersionId, position, ...input }) as Promise<RowTokens>;
/** Files of this project: the others belong to other tests. */
async function files(): Promise<string[]> {
  const rows = await db.projectTokenizer.findMany({ where: { projectId: { not: projectId } } });
  const theirs = new Set(rows.map(({ storageKey }) => storageKey));
  return (await listStorage("tokenizers")).filter((name) => !theirs.has(`tokenizers/${name}`));
}

beforeAll(async () => {
  ({ engineer, manager } = await makeTeam());
});
beforeEach(async () => {
  projectId = (await makeProject(engineer)).id;
  datasetVersionId = await makeVersion(engineer, projectId, [
    { input: "the other né", output: "a" },
    { input: "see <b>the</b> river", output: null },
    { input: "the ".repeat(3_000), output: "b" },
  ]);
});

describe("the student's tokenizer", () => {
  test("is kept with what it is, replaced and removed, its files with it", async () => {
    expect(await get()).toEqual({ tokenizer: null });
    const first = await set(tinyBpe(), "../../a\u202eb.json");
    expect(first).toMatchObject({ projectId, fileName: "ab.json", model: "BPE", vocabulary: 257 + 4, warnings: [] });
    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await get()).toEqual({ tokenizer: first });

    const second = await set(tinyWordPiece());
    expect(second).toMatchObject({ model: "WordPiece", vocabulary: 12 });
    expect(await get()).toEqual({ tokenizer: second });
    expect(await files()).toHaveLength(1);
    expect((await loadProjectTokenizer(projectId))?.tokenizer.count("the")).toBe(3);

    expect(await call(engineer, "project.tokenizerDelete", { projectId })).toEqual({ removed: true });
    expect(await call(engineer, "project.tokenizerDelete", { projectId })).toEqual({ removed: false });
    expect(await get()).toEqual({ tokenizer: null });
    expect(await files()).toEqual([]);
    expect(await loadProjectTokenizer(projectId)).toBeNull();
    const audit = await db.auditEntry.findMany({ where: { targetId: projectId }, orderBy: { id: "asc" } });
    expect(audit.map(({ action }) => action)).toEqual([
      "project.tokenizerSet",
      "project.tokenizerSet",
      "project.tokenizerDelete",
      "project.tokenizerDelete",
    ]);
  });

  test.each([
    ["text", "not a tokenizer", "INVALID"],
    ["an empty file", "", "INVALID"],
    ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x80]), "INVALID"],
    [
      "a bomb of a pattern",
      tinyBpe({ pre_tokenizer: { type: "Split", pattern: { Regex: "(a+)+b" }, behavior: "Isolated" } }),
      "LIMIT",
    ],
    ["20 MB and more", Buffer.alloc(20 * 1024 * 1024 + 1, " "), "LIMIT"],
  ])("%s is refused and leaves nothing", async (_name, text, code) => {
    await expect(set(text)).rejects.toMatchObject({ code });
    expect(await get()).toEqual({ tokenizer: null });
    expect(await files()).toEqual([]);
  });

  test("cut off on its way it leaves what was there", async () => {
    const before = await set(tinyBpe());
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++sent > 2) controller.error(new Error("socket closed"));
        else controller.enqueue(Buffer.from(tinyBpe().slice(0, 500)));
      },
    });
    await expect(call(engineer, "project.tokenizerSet", { projectId }, body)).rejects.toMatchObject({
      code: "INVALID",
      message: "The upload was cut off before its end.",
    });
    expect(await get()).toEqual({ tokenizer: before });
    expect(await files()).toHaveLength(1);
  });

  test("two at once: one stays, and the file is its own", async () => {
    await Promise.all([set(tinyBpe()), set(tinyWordPiece()), set(tinyBpe(), "third.json")]);
    const row = await db.projectTokenizer.findUniqueOrThrow({ where: { projectId } });
    expect(await files()).toEqual([row.storageKey.replace("tokenizers/", "")]);
    expect(existsSync(storagePath(row.storageKey))).toBe(true);
    expect((await loadProjectTokenizer(projectId))?.tokenizer.model).toBe(row.model);
  });

  test("an archived project takes none", async () => {
    await db.project.update({ where: { id: projectId }, data: { archivedAt: new Date() } });
    await expect(set(tinyBpe())).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await files()).toEqual([]);
  });

  test("a manager reads it and does not set it", async () => {
    await expect(call(manager, "project.tokenizerSet", { projectId }, streamOf(tinyBpe()))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(call(manager, "project.tokenizerDelete", { projectId })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("a row in tokens", () => {
  test("an estimate says that it is one", async () => {
    expect(await tokensOf(1)).toEqual({
      position: 1,
      part: "input",
      characters: 12,
      basis: "estimate",
      tokenizer: null,
      count: 3,
      window: 512,
      share: 3 / 512,
      priceMicros: null,
      pieces: [],
      cut: false,
    });
  });

  test("pieces, ids, share of the window and price", async () => {
    await set(tinyBpe());
    const row = await tokensOf(1, { window: 4, pricePerMtok: 250_000 });
    expect(row).toMatchObject({ basis: "tokenizer", count: 9, window: 4, share: 9 / 4, priceMicros: 2.25, cut: false });
    expect(row.tokenizer).toEqual({ fileName: "tokenizer.json", model: "BPE", vocabulary: 261, warnings: [] });
    expect(row.pieces.map(({ text }) => text)).toEqual(["the", " ", "o", "the", "r", " ", "n", "é", "é"]);
    expect(row.pieces.map(({ shared }) => shared).indexOf(true)).toBe(8);
    expect(row.pieces[0]).toEqual({ id: 257, piece: "the", text: "the", shared: false });
  });

  test("markup is text like any other", async () => {
    await set(tinyWordPiece());
    const row = await tokensOf(2);
    expect(row.pieces.map(({ piece, text }) => text ?? piece).join(" ")).toBe(
      "[CLS] [UNK] [UNK] [UNK] [UNK] the [UNK] [UNK] [UNK] [UNK] [UNK] [SEP]",
    );
  });

  test("of a long one the first pieces, and the count of all", async () => {
    await set(tinyBpe());
    const row = await tokensOf(3);
    expect(row).toMatchObject({ characters: 12_000, count: 3_001, cut: true });
    expect(row.pieces).toHaveLength(shownPieces);
  });

  test("the gold answer where there is one", async () => {
    await set(tinyBpe());
    expect(await tokensOf(1, { part: "output" })).toMatchObject({ part: "output", count: 1 });
    await expect(tokensOf(2, { part: "output" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("no row, no version of another team, no window of nothing", async () => {
    await expect(tokensOf(4)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(tokensOf(0)).rejects.toMatchObject({ code: "INVALID" });
    await expect(tokensOf(1, { window: 0 })).rejects.toMatchObject({ code: "INVALID" });
    await expect(tokensOf(1, { pricePerMtok: -1 })).rejects.toMatchObject({ code: "INVALID" });
    await expect(tokensOf(1, { datasetVersionId: randomUUID() })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { manager: stranger } = await makeTeam("other");
    await expect(call(stranger, "row.tokens", { datasetVersionId, position: 1 })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("a tokenizer whose file is gone says so, and a new one mends it", async () => {
    await set(tinyBpe());
    const row = await db.projectTokenizer.findUniqueOrThrow({ where: { projectId } });
    await removeStorage(row.storageKey);
    await expect(tokensOf(1)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("tokenizer"),
    });
    await set(tinyBpe());
    expect((await tokensOf(1)).count).toBe(9);
  });
});
