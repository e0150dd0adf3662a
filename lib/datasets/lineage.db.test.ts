import { beforeAll, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeTeam } from "#lib/testing/factories.ts";
import { callOf, makeCounted } from "./change.testing.ts";
import { changeVerbs } from "./change.ts";
import type { Changed } from "./change-schema.ts";
import { lineageVerbs } from "./lineage.ts";
import type { Lineage } from "./lineage-schema.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  ({ engineer } = await makeTeam());
  projectId = (await makeProject(engineer)).id;
});

async function finished(kind: "generation" | "finetune" | "evaluation", payload: object, result: object) {
  const id = await makeRun(engineer, projectId, kind, payload);
  await db.run.update({ where: { id }, data: { state: "succeeded", result } });
  return id;
}

test("leads from the file over versions, labels and trainings to the evaluation of the student", async () => {
  const first = await makeCounted(engineer, projectId, [
    { input: "one", output: "a" },
    { input: "two", output: "b" },
  ]);
  const change = { datasetVersionId: first.id, reason: "r", changes: [{ position: 1, output: "b" }] };
  const second = await callOf<Changed>(changeVerbs, engineer, "version.change", change);
  const gone = await callOf<Changed>(changeVerbs, engineer, "version.change", change);
  await db.datasetVersion.update({ where: { id: gone.id }, data: { deletedAt: new Date() } });
  const teacher = { name: "gpt", baseUrl: "https://example.com", model: "m" };
  const labelling = await finished("generation", { datasetVersionId: second.id, teacher }, { ok: 2 });
  const training = await finished(
    "finetune",
    { datasetVersionId: second.id, generationRunId: labelling, recipe: "cpu-softmax" },
    { rows: 2 },
  );
  const common = { teamId: engineer.teamId, projectId, datasetVersionId: second.id };
  const student = await db.student.create({
    data: {
      ...common,
      runId: training,
      name: "Small",
      recipe: "r",
      storageKey: "s",
      manifest: {},
      sizeBytes: 1,
      labelSource: "teacher",
      trainRows: 2,
      trainMs: 1,
    },
  });
  const judged = await finished("evaluation", common, { rows: 1, quality: 0.9, verdict: "Ready" });
  const evaluation = await db.evaluation.create({
    data: { ...common, runId: judged, studentId: student.id, report: {} },
  });
  // Of another dataset: must not appear.
  const other = await makeCounted(engineer, projectId, [{ input: "x", output: "a" }]);
  await finished("generation", { datasetVersionId: other.id, teacher }, { ok: 1 });

  const { nodes, edges, cut } = await callOf<Lineage>(lineageVerbs, engineer, "dataset.lineage", {
    datasetId: first.datasetId,
  });
  expect(cut).toBe(false);
  expect(nodes.map(({ kind, title, detail }) => [kind, title, detail])).toEqual([
    ["file", "made-by-test.jsonl", expect.any(String)],
    ["version", "v1", "2 rows · imported"],
    ["version", "v2", "2 rows · edited ~1"],
    ["labelling", "gpt", "2 rows labelled"],
    ["training", "cpu-softmax", "2 rows learnt"],
    ["student", "Small", "from 2 rows"],
    ["evaluation", "Ready", expect.stringMatching(/^quality 90\.0\s%.* 1 row$/)],
  ]);
  const named = new Map(nodes.map(({ id, kind, title }) => [id, kind === "version" ? title : kind]));
  expect(edges.map(({ from, to }) => `${named.get(from)} > ${named.get(to)}`)).toEqual([
    "file > v1",
    "v1 > v2",
    "v2 > labelling",
    "labelling > training",
    "v2 > training",
    "training > student",
    "student > evaluation",
    "v2 > evaluation",
  ]);
  expect(nodes.at(-1)?.id).toBe(evaluation.id);
});
