import { randomUUID } from "node:crypto";
import { type Actor, makeActor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import type { Role } from "#lib/core/permissions.ts";
import { inputDigest, inputHash } from "#lib/datasets/split.ts";
import type { Project, RunKind, TaskKind, Team, User } from "#prisma/generated/client.ts";

/** A person; the address is unique. */
export function makeUser(name = "Ada Example"): Promise<User> {
  return db.user.create({ data: { email: `user-${randomUUID()}@example.com`, name } });
}

/** A team with one person per role, each as an actor. */
export async function makeTeam(name = "Team"): Promise<{ team: Team } & Record<Role, Actor>> {
  const team = await db.team.create({ data: { name } });
  const actor = async (role: Role) => {
    const user = await makeUser(`${role} of ${name}`);
    await db.membership.create({ data: { teamId: team.id, userId: user.id, role } });
    return makeActor({ kind: "session", userId: user.id, teamId: team.id, role, scopes: null, credentialId: null });
  };
  return {
    team,
    owner: await actor("owner"),
    engineer: await actor("engineer"),
    reviewer: await actor("reviewer"),
    manager: await actor("manager"),
  };
}

/** A project with a task. */
export function makeProject(actor: Actor, task: { kind?: TaskKind; labels?: string[] } = {}): Promise<Project> {
  return db.project.create({
    data: {
      teamId: actor.teamId,
      name: `Project ${randomUUID().slice(0, 6)}`,
      createdById: actor.userId,
      task: {
        create: {
          teamId: actor.teamId,
          kind: task.kind ?? "classification",
          instruction: "Sort the text into one of the labels.",
          labels: task.labels ?? ["a", "b"],
        },
      },
    },
  });
}

type GivenRow = { input: string; output?: string | null; holdout?: boolean };

/** Labels as an import counts them. */
function labelsOf(rows: readonly GivenRow[]) {
  const groups = Map.groupBy(
    rows.filter(({ output }) => output),
    ({ output }) => output ?? "",
  );
  return [...groups]
    .map(([label, of]) => ({ label, rows: of.length, holdout: of.filter(({ holdout }) => holdout).length }))
    .sort((a, b) => b.rows - a.rows);
}

/** A ready dataset version whose rows are given; hold-out where asked. */
export async function makeVersion(actor: Actor, projectId: string, rows: GivenRow[]): Promise<string> {
  const dataset = await db.dataset.create({
    data: { teamId: actor.teamId, projectId, name: `Data ${randomUUID().slice(0, 6)}`, createdById: actor.userId },
  });
  const labelCounts: Record<string, number> = Object.create(null);
  for (const { output } of rows) if (output) labelCounts[output] = (labelCounts[output] ?? 0) + 1;
  const version = await db.datasetVersion.create({
    data: {
      teamId: actor.teamId,
      datasetId: dataset.id,
      number: 1,
      state: "ready",
      sourceFileName: "made-by-test.jsonl",
      sourceBytes: 1,
      sourceSha256: randomUUID(),
      source: {},
      contentHash: randomUUID(),
      mapping: { inputs: ["input"], output: "output" },
      holdoutFraction: 0.2,
      rowCount: rows.length,
      holdoutCount: rows.filter((row) => row.holdout).length,
      labelledCount: rows.filter((row) => row.output).length,
      labelCounts,
      report: { labels: labelsOf(rows) },
      lastPosition: rows.length,
      inputChars: rows.reduce((sum, row) => sum + row.input.length, 0),
      createdById: actor.userId,
      readyAt: new Date(),
    },
  });
  await db.row.createMany({
    data: rows.map((row, index) => ({
      line: version.line,
      position: index + 1,
      input: row.input,
      output: row.output ?? null,
      holdout: row.holdout ?? false,
      inputHash: BigInt(inputHash(inputDigest(row.input))),
    })),
  });
  return version.id;
}

/** A teacher without a key at `baseUrl`, $1 and $2 per million tokens. */
export async function makeTeacher(actor: Actor, baseUrl: string, maxConcurrency: number): Promise<string> {
  const teacher = await db.teacher.create({
    data: {
      teamId: actor.teamId,
      name: "T",
      baseUrl,
      model: "teacher-1",
      inputPriceMicrosPerMtok: 1_000_000,
      outputPriceMicrosPerMtok: 2_000_000,
      priceSource: "typed",
      maxConcurrency,
      createdById: actor.userId,
    },
  });
  return teacher.id;
}

/** A run as a row, for tests of what reads runs; tests of runs themselves go through the verbs. */
export async function makeRun(actor: Actor, projectId: string, kind: RunKind, payload: object): Promise<string> {
  const run = await db.run.create({
    data: { teamId: actor.teamId, projectId, kind, title: `Test ${kind}`, payload, createdById: actor.userId },
  });
  return run.id;
}
