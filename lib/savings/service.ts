import { Readable } from "node:stream";
import { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import type { Db, Tx } from "#lib/core/db.ts";
import { publish } from "#lib/core/publish.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, mutation, query } from "#lib/core/verb.ts";
import { findLeadingEvaluation } from "#lib/evaluations/stored.ts";
import type { Project } from "#prisma/generated/client.ts";
import { deriveInputs } from "./derive.ts";
import { savingsCsv } from "./export.ts";
import { type FieldKey, fieldKeys, type SavingsInputs, savingsFields } from "./fields.ts";
import { savingsModel } from "./model.ts";
import { type Savings, type SavingsValue, savingsExport, savingsGet, savingsReset, savingsUpdate } from "./schema.ts";
import { headline } from "./words.ts";

type Reader = Db | Tx;

/** What was stored, field by field: a figure that later became invalid is left out, not an error for the whole page. */
const StoredInputs = z.record(z.string(), z.unknown());

/** The whole comparison of a project as it stands now. */
export async function savingsOf(db: Reader, actor: Actor, project: Project): Promise<Savings> {
  // One after the other: inside a mutation they share one connection.
  const task = await db.task.findUnique({ where: { projectId: project.id } });
  const stored = await db.savingsInput.findUnique({ where: { projectId: project.id } });
  const evaluation = await findLeadingEvaluation(db, actor.teamId, project.id);
  const derived = await deriveInputs(db, project, task, evaluation?.report ?? null);
  const student =
    evaluation && (await db.student.findUnique({ where: { id: evaluation.studentId }, select: { name: true } }));
  const typed = StoredInputs.catch({}).parse(stored?.inputs ?? {});
  const inputs = Object.fromEntries(
    fieldKeys.map((key) => [key, merge(derived.values[key], typed[key], savingsFields[key].max)]),
  ) as Record<FieldKey, SavingsValue>;
  const values = Object.fromEntries(fieldKeys.map((key) => [key, inputs[key].value])) as SavingsInputs;
  const startsOn = z.iso.date().safeParse(typed.startsOn);
  const start = startsOn.success ? startsOn.data : new Date().toISOString().slice(0, 10);
  const model = savingsModel(values, start);
  const complete = values.requestsPerDay > 0 && model.monthly.baseline > 0;
  return {
    projectId: project.id,
    projectName: project.name,
    simulated: project.simulated,
    baseline: derived.baselineName,
    teacher: derived.teacherName,
    student: student?.name ?? null,
    proof: evaluation && {
      evaluationId: evaluation.id,
      outcome: evaluation.report.outcome,
      sentence: evaluation.report.verdict?.sentence ?? null,
    },
    complete,
    headline: headline(model, complete, Math.round(values.horizonMonths), evaluation?.report.outcome === "pass"),
    inputs,
    startsOn: { value: start, source: startsOn.success ? "typed" : "default" },
    model,
    updatedAt: stored?.updatedAt.toISOString() ?? null,
  };
}

function merge(derived: Omit<SavingsValue, "resetsTo">, typed: unknown, max: number): SavingsValue {
  if (typeof typed !== "number" || !(typed >= 0 && typed <= max)) return { ...derived, resetsTo: null };
  return { value: typed, source: "typed", note: "Typed here.", resetsTo: derived };
}

const get = query(savingsGet, ({ db, actor, found }) => savingsOf(db, actor, found.projectId));

const update = mutation(savingsUpdate, async ({ tx, actor, input, found }) => {
  const { inputs, projectId } = input;
  if (inputs.horizonMonths === 0) inputs.horizonMonths = 1;
  // Merged in one statement, so that two people who type at once do not undo each other; null removes.
  await tx.$executeRaw`
    INSERT INTO "SavingsInput" ("projectId", "teamId", "inputs", "updatedAt")
    VALUES (${projectId}::uuid, ${actor.teamId}::uuid, jsonb_strip_nulls(${JSON.stringify(inputs)}::jsonb), now())
    ON CONFLICT ("projectId") DO UPDATE
      SET "inputs" = jsonb_strip_nulls("SavingsInput"."inputs" || ${JSON.stringify(inputs)}::jsonb), "updatedAt" = now()`;
  await publish(tx, actor.teamId, `project:${projectId}`);
  return savingsOf(tx, actor, found.projectId);
});

const reset = mutation(savingsReset, async ({ tx, actor, input, found }) => {
  await tx.savingsInput.deleteMany({ where: { projectId: input.projectId } });
  await publish(tx, actor.teamId, `project:${input.projectId}`);
  return savingsOf(tx, actor, found.projectId);
});

const exportFile = download(savingsExport, async ({ db, actor, found }) => ({
  stream: toWebStream(Readable.from([savingsCsv(await savingsOf(db, actor, found.projectId))], { objectMode: false })),
  fileName: "savings.csv",
  contentType: "text/csv; charset=utf-8",
}));

export const savingsVerbs = [get, update, reset, exportFile];
