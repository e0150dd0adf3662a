import type { Metadata } from "next";
import { ProjectOverview } from "#components/overview/overview.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { projectOverview } from "#lib/overview/schema.ts";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(projectOverview, { projectId })]}>
      <ProjectOverview projectId={projectId} />
    </Prefetch>
  );
}
