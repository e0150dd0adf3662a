import { describe, expect, it } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { makeProject, makeRun, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import type { Overview } from "./schema.ts";
import { overviewVerbs } from "./service.ts";

const overviewOf = async (actor: Actor, projectId: string) =>
  (await overviewVerbs[0]?.call({ actor }, { projectId })) as Overview;

describe("project.overview", () => {
  it("leads from the first step on, with spend against budget and a failed run pointed at", async () => {
    const { engineer, manager } = await makeTeam();
    const { id } = await makeProject(engineer);
    const empty = await overviewOf(manager, id);
    expect(empty.track.map(({ step }) => step)).toEqual(["task", "data", "labels", "student", "verdict", "savings"]);
    expect(empty.next.step).toBe("data");
    expect(empty.verdict).toBeNull();
    expect(empty.candidates).toEqual([]);

    await makeVersion(engineer, id, [
      { input: "x", output: "a" },
      { input: "y", holdout: true },
    ]);
    await db.task.update({ where: { projectId: id }, data: { budgetMicros: 5_000_000n } });
    const run = await makeRun(engineer, id, "generation", {});
    await db.run.update({
      where: { id: run },
      data: {
        state: "failed",
        costMicros: 70n,
        startedAt: new Date(),
        error: { code: "UPSTREAM", message: "401 from the endpoint." },
      },
    });
    const failed = await overviewOf(manager, id);
    expect(failed.next).toMatchObject({ step: "labels", runId: run, reason: "401 from the endpoint." });
    expect(failed.spent).toEqual({ micros: 70, budgetMicros: 5_000_000 });
    expect(failed.track[1]?.fact).toBe("2 rows, 1 held out");
    expect(failed.runs.map((r) => r.id)).toEqual([run]);
  });

  it("is hidden from another team", async () => {
    const { engineer } = await makeTeam();
    const { id } = await makeProject(engineer);
    const { owner } = await makeTeam("Other");
    await expect(overviewOf(owner, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
