import type { z } from "zod";
import type { Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { decrypt, encrypt } from "#lib/core/secrets.ts";
import { action, mutation, query } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import { assertReachable, parseBaseUrl } from "#lib/llm/address.ts";
import { type ChatClient, createChatClient } from "#lib/llm/client.ts";
import { searchPrices } from "#lib/llm/price.ts";
import { Prisma, type Teacher as TeacherRow } from "#prisma/generated/client.ts";
import {
  type Teacher,
  TeacherTest,
  teacherCreate,
  teacherDelete,
  teacherGet,
  teacherList,
  teacherPrices,
  teacherTest,
  teacherUpdate,
} from "./schema.ts";

const keyContext = (teacherId: string) => `teacher:${teacherId}`;

function present(row: TeacherRow): z.input<typeof Teacher> {
  return {
    ...row,
    hasKey: row.keyCiphertext !== null,
    inputPriceMicrosPerMtok: Number(row.inputPriceMicrosPerMtok),
    outputPriceMicrosPerMtok: Number(row.outputPriceMicrosPerMtok),
    lastTest: TeacherTest.nullable().catch(null).parse(row.lastTest),
    createdAt: row.createdAt.toISOString(),
  };
}

/** Canonical base URL, refused when it leads into the network. */
async function checkedUrl(text: string): Promise<string> {
  const url = parseBaseUrl(text, env.STILLHOUSE_ALLOW_ADDRESSES);
  await assertReachable(url, env.STILLHOUSE_ALLOW_ADDRESSES);
  return url.href.replace(/\/$/, "");
}

function sealed(apiKey: string | null | undefined, teacherId: string) {
  if (!apiKey) return { keyCiphertext: null, keyHint: null };
  return {
    keyCiphertext: encrypt(apiKey, keyContext(teacherId)),
    // four characters of a short key would be most of it
    keyHint: apiKey.length >= 12 ? apiKey.slice(-4) : null,
  };
}

/** Micro-dollars per million tokens, as runs freeze them. */
export const priceOf = (teacher: TeacherRow) => ({
  inputMicrosPerMtok: Number(teacher.inputPriceMicrosPerMtok),
  outputMicrosPerMtok: Number(teacher.outputPriceMicrosPerMtok),
});

/** A client for a teacher's endpoint; the caller closes it. `baseUrl` is a run's frozen copy, which must still be the teacher's own. */
export function openTeacher(teacher: TeacherRow, connections: number, baseUrl = teacher.baseUrl): ChatClient {
  if (baseUrl !== teacher.baseUrl) {
    throw new AppError("CONFLICT", `The address of ${teacher.name} was changed after this run was made.`, {
      where: teacher.name,
      todo: "Start a new run, so that the key only ever goes to the address it was entered for.",
    });
  }
  const apiKey = teacher.keyCiphertext === null ? null : decrypt(teacher.keyCiphertext, keyContext(teacher.id));
  return createChatClient({ baseUrl, apiKey, connections, allow: env.STILLHOUSE_ALLOW_ADDRESSES });
}

async function assertNameFree(tx: Tx, teamId: string, name: string, except?: string): Promise<void> {
  const other = await tx.teacher.findFirst({
    where: { teamId, name, deletedAt: null, ...(except ? { id: { not: except } } : {}) },
  });
  if (!other) return;
  throw new AppError("CONFLICT", `There is a teacher named ${name} already.`, {
    where: "name",
    todo: "Choose another name.",
    fields: { name: "This name is taken." },
  });
}

const list = query(teacherList, async ({ actor, db, input }) => {
  const rows = await db.teacher.findMany({
    where: { teamId: actor.teamId, deletedAt: null, ...(input.cursor ? { id: { lt: input.cursor } } : {}) },
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(rows, input.limit, (row) => row.id);
  return { items: items.map(present), nextCursor };
});

const get = query(teacherGet, async ({ found }) => present(found.teacherId));

const create = mutation(teacherCreate, async ({ actor, tx, input }) => {
  const { apiKey, ...fields } = input;
  await assertNameFree(tx, actor.teamId, input.name);
  const baseUrl = await checkedUrl(input.baseUrl);
  const made = await tx.teacher.create({
    data: { ...fields, baseUrl, teamId: actor.teamId, createdById: actor.userId },
  });
  // the id is part of what the ciphertext is bound to
  return present(await tx.teacher.update({ where: { id: made.id }, data: sealed(apiKey, made.id) }));
});

const update = mutation(teacherUpdate, async ({ actor, tx, input, found }) => {
  const before = found.teacherId;
  const { teacherId, apiKey, ...fields } = input;
  if (input.name !== undefined) await assertNameFree(tx, actor.teamId, input.name, teacherId);
  const data: Prisma.TeacherUpdateInput = { ...fields };
  const baseUrl = input.baseUrl === undefined ? before.baseUrl : await checkedUrl(input.baseUrl);
  const moved = baseUrl !== before.baseUrl;
  // A key must never reach an address it was not entered for (CVE-2026-41487).
  if (apiKey !== undefined || moved) Object.assign(data, sealed(apiKey, teacherId));
  if (moved || (input.model !== undefined && input.model !== before.model) || apiKey !== undefined)
    data.lastTest = Prisma.DbNull;
  return present(await tx.teacher.update({ where: { id: teacherId }, data: { ...data, baseUrl } }));
});

const remove = mutation(teacherDelete, async ({ actor, tx, found }) => {
  const teacher = found.teacherId;
  const [user] = await tx.$queryRaw<{ title: string }[]>`
    SELECT "title" FROM "Run" WHERE "teamId" = ${actor.teamId}::uuid AND "kind" IN ('generation', 'synthesis')
      AND "state" IN ('queued', 'running', 'paused') AND "payload"->>'teacherId' = ${teacher.id} LIMIT 1`;
  if (user) {
    throw new AppError("CONFLICT", `${teacher.name} is in use by "${user.title}".`, {
      where: teacher.name,
      todo: "Cancel that run or wait for its end.",
    });
  }
  await tx.teacher.update({
    where: { id: teacher.id },
    data: { deletedAt: new Date(), keyCiphertext: null, keyHint: null },
  });
  return { id: teacher.id };
});

const test = action(teacherTest, async ({ db, input, found, signal }) => {
  const teacher = found.teacherId;
  const client = openTeacher(teacher, 1);
  try {
    const outcome = await client.chat(
      { model: teacher.model, messages: [{ role: "user", content: input.text }], maxTokens: 64, temperature: 0 },
      signal,
    );
    const { latencyMs } = outcome;
    const ok = outcome.class === "ok";
    const result: TeacherTest = {
      at: new Date().toISOString(),
      ok,
      class: outcome.class,
      message: ok ? "The endpoint answers." : outcome.message,
      latencyMs,
      answer: ok ? outcome.text.slice(0, 2_000) : null,
      inputTokens: ok ? outcome.usage.inputTokens : null,
      outputTokens: ok ? outcome.usage.outputTokens : null,
      estimated: ok && outcome.usage.estimated,
    };
    await db.teacher.update({ where: { id: teacher.id }, data: { lastTest: result } });
    return result;
  } finally {
    await client.close();
  }
});

const prices = query(teacherPrices, async ({ input }) => ({ items: await searchPrices(input.query, input.limit) }));

export const teacherVerbs = [list, get, create, update, remove, test, prices];
