import type { Metadata } from "next";
import { Leaderboard } from "#components/evaluations/leaderboard.tsx";
import { leaderboardInput } from "#components/evaluations/words.ts";
import { evaluationList } from "#lib/evaluations/schema.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { projectGet } from "#lib/projects/schema.ts";

export const metadata: Metadata = { title: "Evaluations" };

export default async function EvaluationsPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(evaluationList, leaderboardInput(projectId)), prefetch(projectGet, { projectId })]}>
      <Leaderboard />
    </Prefetch>
  );
}
