import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EvaluationPage } from "#components/evaluations/detail.tsx";
import { PendingEvaluation } from "#components/evaluations/pending.tsx";
import { AppError } from "#lib/core/errors.ts";
import { evaluationGet } from "#lib/evaluations/schema.ts";
import { callVerb, Prefetch, prefetch } from "#lib/http/server.tsx";
import { runGet } from "#lib/runs/schema.ts";

export const metadata: Metadata = { title: "Evaluation" };

type Params = { params: Promise<{ projectId: string; evaluationId: string }> };

/** Null where there is none, or none yet: an evaluation has the id of its run. */
async function find<T>(ask: Promise<T>): Promise<T | null> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof AppError && (error.code === "NOT_FOUND" || error.code === "INVALID")) return null;
    throw error;
  }
}

export default async function EvaluationDetailPage({ params }: Params) {
  const { projectId, evaluationId } = await params;
  const evaluation = await find(callVerb(evaluationGet, { evaluationId }));
  if (evaluation && evaluation.projectId !== projectId) notFound();
  if (evaluation) {
    return (
      <Prefetch of={[prefetch(evaluationGet, { evaluationId })]}>
        <EvaluationPage projectId={projectId} evaluationId={evaluationId} />
      </Prefetch>
    );
  }
  const run = await find(callVerb(runGet, { runId: evaluationId }));
  if (run?.kind !== "evaluation" || run.projectId !== projectId || run.state === "succeeded") notFound();
  return (
    <Prefetch of={[prefetch(runGet, { runId: evaluationId })]}>
      <PendingEvaluation runId={evaluationId} />
    </Prefetch>
  );
}
