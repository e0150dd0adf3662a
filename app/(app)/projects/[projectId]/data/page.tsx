import type { Metadata } from "next";
import { DatasetList } from "#components/datasets/dataset-list.tsx";
import { shownDatasets } from "#components/datasets/limits.ts";
import { datasetList } from "#lib/datasets/schema.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "Data" };

export default async function DataPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(datasetList, { projectId, limit: shownDatasets })]}>
      <DatasetList projectId={projectId} />
    </Prefetch>
  );
}
