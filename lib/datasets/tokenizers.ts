import { createHash, randomUUID } from "node:crypto";
import { type Db, db } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { readStorage, removeStorage, writeStorage } from "#lib/core/storage.ts";
import { mutation, query, upload } from "#lib/core/verb.ts";
import { formatBytes } from "#lib/format.ts";
import { loadTokenizer, type StudentTokenizer } from "#lib/text/tokenizer.ts";
import { maxTokenizerBytes } from "#lib/text/tokenizer-file.ts";
import type { ProjectTokenizer as TokenizerRow } from "#prisma/generated/client.ts";
import { ProjectTokenizer, tokenizerDelete, tokenizerGet, tokenizerSet } from "./tokens-schema.ts";
import { asUploadError, refuseArchived, shownName } from "./upload-rows.ts";

/** Tokenizers kept ready in this process, the latest used last: a large one takes some 150 MB. */
const keptReady = 2;
const ready = new Map<string, Promise<StudentTokenizer>>();

/** A loaded tokenizer by the id of its row, which each new file changes. */
function loaded(id: string, load: () => Promise<StudentTokenizer>): Promise<StudentTokenizer> {
  const made = ready.get(id) ?? load();
  ready.delete(id);
  ready.set(id, made);
  made.catch(() => ready.delete(id));
  for (const oldest of ready.keys()) {
    if (ready.size <= keptReady) break;
    ready.delete(oldest);
  }
  return made;
}

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<{ text: string; bytes: Buffer }> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maxTokenizerBytes)
      throw new AppError("LIMIT", `The file is larger than ${formatBytes(maxTokenizerBytes)}.`, {
        status: 413,
        todo: "Send tokenizer.json only, not the model.",
      });
    kept.push(chunk);
  }
  const bytes = Buffer.concat(kept);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), bytes };
  } catch {
    throw new AppError("INVALID", "The file is not UTF-8 text.", {
      where: "tokenizer.json",
      todo: "Send the tokenizer.json of the model.",
    });
  }
}

async function* storedFile(row: TokenizerRow): AsyncGenerator<Uint8Array> {
  try {
    yield* readStorage(row.storageKey);
  } catch (error) {
    if ((error as { code?: string } | null)?.code !== "ENOENT") throw error;
    throw new AppError("NOT_FOUND", "The file of the student's tokenizer is no longer there.", {
      where: row.fileName,
      todo: "Upload it again in the project.",
    });
  }
}

/** The student's tokenizer of a project, ready to count; null where the project has none. */
export async function loadProjectTokenizer(
  projectId: string,
): Promise<{ row: TokenizerRow; tokenizer: StudentTokenizer } | null> {
  const row = await db.projectTokenizer.findUnique({ where: { projectId } });
  if (!row) return null;
  const tokenizer = await loaded(row.id, async () => loadTokenizer((await readText(storedFile(row))).text));
  return { row, tokenizer };
}

async function present(from: Pick<Db, "user">, row: TokenizerRow): Promise<ProjectTokenizer> {
  const user = await from.user.findUnique({ where: { id: row.createdById }, select: { name: true } });
  const { projectId, fileName, bytes, sha256, model, vocabulary, warnings, createdAt } = row;
  return ProjectTokenizer.parse({
    ...{ projectId, fileName, bytes, sha256, model, vocabulary, warnings, createdAt },
    createdBy: user?.name ?? "someone who left",
  });
}

const set = upload(tokenizerSet, async ({ actor, db, input, found, body, signal }) => {
  refuseArchived(found.projectId);
  const { text, bytes } = await readText(body).catch((error: unknown) => {
    throw asUploadError(error);
  });
  if (signal.aborted) throw asUploadError(new Error("aborted"));
  const { model, vocabulary, warnings } = loadTokenizer(text);
  const id = randomUUID();
  const storageKey = `tokenizers/${id}`;
  const data = {
    id,
    storageKey,
    fileName: shownName(input.fileName),
    bytes: BigInt(bytes.byteLength),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    model,
    vocabulary,
    warnings: [...warnings],
    createdById: actor.userId,
    createdAt: new Date(),
  };
  try {
    await writeStorage(
      storageKey,
      (async function* () {
        yield bytes;
      })(),
    );
    const { row, before } = await db.$transaction(async (tx) => {
      // One after the other, so that each sees whose file it replaces.
      await tx.$queryRaw`SELECT 1 FROM "Project" WHERE "id" = ${input.projectId}::uuid FOR UPDATE`;
      const where = { projectId: input.projectId };
      const before = await tx.projectTokenizer.findUnique({ where });
      const row = await tx.projectTokenizer.upsert({
        where,
        create: { ...data, teamId: actor.teamId, projectId: input.projectId },
        update: data,
      });
      return { row, before };
    });
    if (before) await forgetFile(before);
    return await present(db, row);
  } catch (error) {
    if (!(await db.projectTokenizer.findUnique({ where: { id } }).catch(() => true))) await removeStorage(storageKey);
    throw asUploadError(error);
  }
});

/** The row no longer names the file, so what is left of it only costs room. */
async function forgetFile(row: { id: string; storageKey: string }): Promise<void> {
  ready.delete(row.id);
  await removeStorage(row.storageKey).catch((error: unknown) => log.warn({ err: error }, "a replaced tokenizer stays"));
}

const get = query(tokenizerGet, async ({ db, input }) => {
  const row = await db.projectTokenizer.findUnique({ where: { projectId: input.projectId } });
  return { tokenizer: row && (await present(db, row)) };
});

const remove = mutation(tokenizerDelete, async ({ tx, input, found, after }) => {
  refuseArchived(found.projectId);
  const row = await tx.projectTokenizer.findUnique({ where: { projectId: input.projectId } });
  if (!row) return { removed: false };
  await tx.projectTokenizer.delete({ where: { id: row.id } });
  after(() => forgetFile(row));
  return { removed: true };
});

export const tokenizerVerbs = [set, get, remove];
