import type { Actor } from "#lib/core/actor.ts";
import type { Prisma, Tx } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { publish } from "#lib/core/publish.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { PauseReason, RunProgress } from "#lib/runs/schema.ts";
import type { Project as ProjectRow, Run as RunRow, Task as TaskRow } from "#prisma/generated/client.ts";
import { loadFacts, loadNewestRuns } from "./facts.ts";
import {
  type ActiveRun,
  type Project,
  projectArchive,
  projectCreate,
  projectGet,
  projectList,
  projectUnarchive,
  projectUpdate,
  type TaskKind,
} from "./schema.ts";
import { isTaskReady, stagesOf } from "./stages.ts";

type Reader = Pick<Tx, "project" | "run" | "user" | "$queryRaw">;
type Loaded = ProjectRow & { task: TaskRow | null };

const active = ["queued", "running", "paused"] as const;
const shownActiveRuns = 5;

/** What the model is told when nobody has said it yet; a start to edit, not a finished prompt. */
const firstInstruction: Record<TaskKind, string> = {
  classification: "Read the text and answer with the one label that fits best. Answer with the label only.",
  extraction:
    "Read the text and answer with a JSON object that follows the schema. Use null for what the text does not say.",
  generation: "Read the text and answer it.",
};

/** Adds stages, active runs and counts to loaded projects; a fixed number of queries, however many projects. */
async function present(from: Reader, projects: readonly Loaded[]): Promise<Project[]> {
  const ids = projects.map(({ id }) => id);
  const [users, facts, newest, running] = await Promise.all([
    from.user.findMany({ where: { id: { in: projects.map((p) => p.createdById) } }, select: { id: true, name: true } }),
    loadFacts(from, ids),
    loadNewestRuns(from, ids),
    from.run.findMany({ where: { projectId: { in: ids }, state: { in: [...active] } }, orderBy: { id: "desc" } }),
  ]);
  const names = new Map(users.map((user) => [user.id, user.name]));
  const factsById = new Map(facts.map((fact) => [fact.projectId, fact]));

  return projects.map((project) => {
    const mine = running.filter((run) => run.projectId === project.id);
    const fact = factsById.get(project.id) ?? noFacts;
    const runs = [...mine, ...newest.filter((run) => run.projectId === project.id)];
    return {
      id: project.id,
      name: project.name,
      description: project.description,
      kind: project.task?.kind ?? "classification",
      simulated: project.simulated,
      createdBy: names.get(project.createdById) ?? "someone who left",
      createdAt: project.createdAt.toISOString(),
      archivedAt: project.archivedAt?.toISOString() ?? null,
      stages: stagesOf({ ...fact, taskReady: isTaskReady(project.task), runs }),
      activeRuns: mine.slice(0, shownActiveRuns).map(presentRun),
      latestEvaluationId: fact.latestEvaluationId,
      counts: { datasets: fact.datasets, students: fact.students, evaluations: fact.evaluations },
    };
  });
}

const noFacts = { datasets: 0, readyVersions: 0, labelled: 0, students: 0, evaluations: 0, latestEvaluationId: null };

function presentRun(run: RunRow): ActiveRun {
  const { phase, done, total, unit, etaMs } = RunProgress.parse(run.progress);
  const pauseReason = PauseReason.nullable().catch(null).parse(run.pauseReason);
  return {
    id: run.id,
    kind: run.kind,
    state: run.state,
    title: run.title,
    phase,
    done,
    total,
    unit,
    etaMs,
    pauseReason,
  };
}

async function detail(from: Reader, id: string): Promise<Project> {
  const project = await from.project.findUniqueOrThrow({ where: { id }, include: { task: true } });
  const [presented] = await present(from, [project]);
  if (!presented) throw new Error(`project ${id} vanished while it was read`);
  return presented;
}

const list = query(projectList, async ({ actor, db, input }) => {
  // Prisma hands the text to ILIKE as it is, so its wildcards are escaped here.
  const contains = { contains: (input.search ?? "").replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const where: Prisma.ProjectWhereInput = {
    teamId: actor.teamId,
    archivedAt: input.archived ? { not: null } : null,
    ...(input.search ? { OR: [{ name: contains }, { description: contains }] } : {}),
    ...(input.cursor ? { id: { lt: input.cursor } } : {}),
  };
  const rows = await db.project.findMany({
    where,
    include: { task: true },
    orderBy: { id: "desc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(rows, input.limit, (project) => project.id);
  return { items: await present(db, items), nextCursor };
});

const get = query(projectGet, ({ db, input }) => detail(db, input.projectId));

/** Writes a project and its first task. `simulated` is for the sample only: a person's project never starts so. */
export async function createProject(
  tx: Tx,
  actor: Actor,
  input: { name: string; description: string; kind: TaskKind; instruction?: string | undefined },
  { simulated = false } = {},
): Promise<Project> {
  const { teamId, userId } = actor;
  const instruction = input.instruction || firstInstruction[input.kind];
  const project = await tx.project.create({
    data: {
      teamId,
      name: input.name,
      description: input.description,
      simulated,
      createdById: userId,
      task: { create: { teamId, kind: input.kind, instruction, labels: [] } },
    },
  });
  return detail(tx, project.id);
}

const create = mutation(projectCreate, ({ actor, tx, input }) => createProject(tx, actor, input));

const update = mutation(projectUpdate, async ({ actor, tx, input }) => {
  const { projectId: id, name, description } = input;
  await tx.project.update({
    where: { id },
    data: { ...(name ? { name } : {}), ...(description === undefined ? {} : { description }) },
  });
  await publish(tx, actor.teamId, `project:${id}`);
  return detail(tx, id);
});

const archive = mutation(projectArchive, async ({ actor, tx, input, found }) => {
  const id = input.projectId;
  const first = await tx.run.findFirst({ where: { projectId: id, state: { in: [...active] } } });
  if (first) {
    throw new AppError(
      "CONFLICT",
      `"${found.projectId.name}" cannot be archived while "${first.title}" is ${first.state}.`,
      {
        where: found.projectId.name,
        todo: "Wait for the run to end, or cancel it first.",
      },
    );
  }
  await tx.project.update({ where: { id }, data: { archivedAt: found.projectId.archivedAt ?? new Date() } });
  await publish(tx, actor.teamId, `project:${id}`);
  return detail(tx, id);
});

const unarchive = mutation(projectUnarchive, async ({ actor, tx, input }) => {
  await tx.project.update({ where: { id: input.projectId }, data: { archivedAt: null } });
  await publish(tx, actor.teamId, `project:${input.projectId}`);
  return detail(tx, input.projectId);
});

export const projectVerbs = [list, get, create, update, archive, unarchive] as const;
