import type { Metadata } from "next";
import { ImportFlow } from "#components/datasets/import-flow.tsx";

export const metadata: Metadata = { title: "Import a file" };

export default async function ImportPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <ImportFlow projectId={projectId} />;
}
