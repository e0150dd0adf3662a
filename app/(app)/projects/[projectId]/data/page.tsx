import type { Metadata } from "next";
import { DatasetList } from "#components/datasets/dataset-list.tsx";

export const metadata: Metadata = { title: "Data" };

export default async function DataPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <DatasetList projectId={projectId} />;
}
