import type { Metadata } from "next";
import { TaskPage } from "#components/tasks/task-form.tsx";
import { Prefetch, prefetch, requireActor } from "#lib/http/server.tsx";
import { taskGet } from "#lib/tasks/schema.ts";

export const metadata: Metadata = { title: "Task" };

export default async function Page({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  const actor = await requireActor();
  return (
    <Prefetch of={[prefetch(taskGet, { projectId })]}>
      <TaskPage projectId={projectId} canWrite={actor.can("project.write")} />
    </Prefetch>
  );
}
