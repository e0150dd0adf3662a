import type { Metadata } from "next";
import { NewRun } from "#components/generation/new-run-form.tsx";
import { datasetList } from "#lib/datasets/schema.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { teacherList } from "#lib/teachers/schema.ts";

export const metadata: Metadata = { title: "New labelling run" };

export default async function NewLabelRunPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(datasetList, { projectId, limit: 100 }), prefetch(teacherList, { limit: 100 })]}>
      <NewRun />
    </Prefetch>
  );
}
