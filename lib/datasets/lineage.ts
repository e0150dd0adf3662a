import { type Db, pool } from "#lib/core/db.ts";
import { query } from "#lib/core/verb.ts";
import { formatBytes, formatPercent, plural } from "#lib/format.ts";
import type { DatasetVersion, Evaluation, Run, Student } from "#prisma/generated/client.ts";
import { datasetLineage, type Lineage, type LineageEdge, type LineageNode } from "./lineage-schema.ts";
import { ChangeCounts } from "./schema.ts";
import { versionRows } from "./version-rows.ts";

/** Newest of each kind that are shown. */
const mostVersions = 60;
const mostRuns = 200;

const originWords: Record<DatasetVersion["origin"], string> = {
  import: "imported",
  edit: "edited",
  filter: "changed by a filter",
  label: "answers taken as gold",
  fix: "findings put right",
  review: "reviewed",
  synthesis: "rows synthesised",
};

function versionNode(version: DatasetVersion): LineageNode {
  const { id, number, origin, state, rowCount, createdAt } = version;
  const counts = version.changes === null ? null : ChangeCounts.parse(version.changes);
  const delta = counts
    ? [
        counts.added > 0 && `+${counts.added}`,
        counts.removed > 0 && `−${counts.removed}`,
        counts.changed > 0 && `~${counts.changed}`,
      ]
        .filter(Boolean)
        .join(" ")
    : "";
  const detail = `${plural(rowCount, "row")} · ${originWords[origin]}${delta ? ` ${delta}` : ""}`;
  return { id, kind: "version", title: `v${number}`, detail, state, at: createdAt.toISOString() };
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}
const textIn = (value: unknown, key: string) => {
  const found = record(value)[key];
  return typeof found === "string" ? found : null;
};
const numberIn = (value: unknown, key: string) => {
  const found = record(value)[key];
  return typeof found === "number" ? found : null;
};

const runKinds = { generation: "labelling", synthesis: "synthesis", finetune: "training" } as const;

function runNode(run: Run & { kind: keyof typeof runKinds }): LineageNode {
  const teacher = textIn(record(run.payload).teacher, "name");
  const title = run.kind === "finetune" ? (textIn(run.payload, "recipe") ?? run.title) : (teacher ?? run.title);
  const done = numberIn(run.result, run.kind === "generation" ? "ok" : run.kind === "synthesis" ? "kept" : "rows");
  const what = run.kind === "generation" ? "labelled" : run.kind === "synthesis" ? "written" : "learnt";
  const detail = done === null ? run.state : `${plural(done, "row")} ${what}`;
  return { id: run.id, kind: runKinds[run.kind], title, detail, state: run.state, at: run.createdAt.toISOString() };
}

function studentNode({ id, name, trainRows, createdAt }: Student): LineageNode {
  return {
    id,
    kind: "student",
    title: name,
    detail: `from ${plural(trainRows, "row")}`,
    state: null,
    at: createdAt.toISOString(),
  };
}

function evaluationNode({ id, createdAt }: Evaluation, run: Run | undefined): LineageNode {
  const quality = numberIn(run?.result, "quality");
  const detail = [
    quality === null ? null : `quality ${formatPercent(quality)}`,
    plural(numberIn(run?.result, "rows") ?? 0, "row"),
  ];
  const title = textIn(run?.result, "verdict") ?? "Evaluation";
  return {
    id,
    kind: "evaluation",
    title,
    detail: detail.filter(Boolean).join(" · "),
    state: null,
    at: createdAt.toISOString(),
  };
}

/** Runs whose answers or rows stand in versions, by the version: told by the rows that came with it. */
async function runsBehind(versions: readonly DatasetVersion[]): Promise<LineageEdge[]> {
  const made = versions.filter(({ origin }) => origin === "label" || origin === "synthesis");
  const found = await Promise.all(
    made.map(async (version) => {
      const { rows } = await pool.query<{ runId: string | null }>(
        `SELECT r."origin"->>'runId' AS "runId" FROM ${versionRows(version)} r
         WHERE r."fromStep" = $1 AND r."fromStep" > 0 AND r."origin"->>'kind' = $2 LIMIT 1`,
        [version.step, version.origin],
      );
      return { from: rows[0]?.runId ?? null, to: version.id };
    }),
  );
  return found.flatMap(({ from, to }) => (from === null ? [] : [{ from, to }]));
}

/** Evaluations on these versions and of these students, with the students that were trained elsewhere. */
async function results(db: Db, versionIds: string[], runIds: string[]) {
  const trained = await db.student.findMany({
    where: { OR: [{ runId: { in: runIds } }, { datasetVersionId: { in: versionIds } }] },
    orderBy: { id: "desc" },
    take: mostRuns,
  });
  const evaluations = await db.evaluation.findMany({
    where: { OR: [{ datasetVersionId: { in: versionIds } }, { studentId: { in: trained.map(({ id }) => id) } }] },
    orderBy: { id: "desc" },
    take: mostRuns,
  });
  const known = new Set(trained.map(({ id }) => id));
  const others = evaluations.flatMap(({ studentId }) => (known.has(studentId) ? [] : [studentId]));
  const guests = others.length === 0 ? [] : await db.student.findMany({ where: { id: { in: others } } });
  const runs = await db.run.findMany({ where: { id: { in: evaluations.map(({ runId }) => runId) } } });
  return { students: [...trained, ...guests], evaluations, runs: new Map(runs.map((run) => [run.id, run])) };
}

const lineage = query(datasetLineage, async ({ db, found }) => {
  const { id: datasetId, projectId } = found.datasetId;
  const loaded = await db.datasetVersion.findMany({
    where: { datasetId, deletedAt: null },
    orderBy: { number: "desc" },
    take: mostVersions + 1,
  });
  const versions = loaded.slice(0, mostVersions).reverse();
  const versionIds = versions.map(({ id }) => id);
  const on = versionIds.map((id) => ({ payload: { path: ["datasetVersionId"], equals: id } }));
  const runs =
    on.length === 0
      ? []
      : await db.run.findMany({
          where: { projectId, kind: { in: ["generation", "synthesis", "finetune"] }, OR: on },
          orderBy: { id: "desc" },
          take: mostRuns + 1,
        });
  const shownRuns = runs.slice(0, mostRuns).reverse() as (Run & { kind: keyof typeof runKinds })[];
  const made = await results(
    db,
    versionIds,
    shownRuns.map(({ id }) => id),
  );

  const nodes = new Map<string, LineageNode>();
  const edges: LineageEdge[] = [];
  const add = (node: LineageNode, ...from: (string | null)[]) => {
    nodes.set(node.id, node);
    for (const source of new Set(from)) if (source !== null) edges.push({ from: source, to: node.id });
  };
  for (const version of versions) {
    if (version.origin !== "import") {
      add(versionNode(version), version.parentId);
      continue;
    }
    const { sourceSha256, sourceFileName, sourceBytes, createdAt } = version;
    const detail = formatBytes(Number(sourceBytes));
    add({ id: sourceSha256, kind: "file", title: sourceFileName, detail, state: null, at: createdAt.toISOString() });
    add(versionNode(version), sourceSha256);
  }
  for (const run of shownRuns) {
    add(runNode(run), textIn(run.payload, "generationRunId"), textIn(run.payload, "datasetVersionId"));
  }
  for (const student of made.students) add(studentNode(student), nodes.has(student.runId) ? student.runId : null);
  for (const evaluation of made.evaluations) {
    add(evaluationNode(evaluation, made.runs.get(evaluation.runId)), evaluation.studentId, evaluation.datasetVersionId);
  }
  edges.push(...(await runsBehind(versions)));
  const answer: Lineage = {
    nodes: [...nodes.values()],
    edges: edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to)),
    cut: loaded.length > mostVersions || runs.length > mostRuns,
  };
  return answer;
});

export const lineageVerbs = [lineage];
