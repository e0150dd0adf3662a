import type { Metadata } from "next";
import { NewSynthesis } from "#components/synthesis/new-synthesis.tsx";
import { versionGet } from "#lib/datasets/schema.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { synthesisGaps } from "#lib/synthesis/schema.ts";
import { teacherList } from "#lib/teachers/schema.ts";

export const metadata: Metadata = { title: "New rows" };

export default async function SynthesizePage({ params }: { params: Promise<{ versionId: string }> }) {
  const { versionId: datasetVersionId } = await params;
  return (
    <Prefetch
      of={[
        prefetch(versionGet, { datasetVersionId }),
        prefetch(synthesisGaps, { datasetVersionId }),
        prefetch(teacherList, { limit: 100 }),
      ]}
    >
      <NewSynthesis datasetVersionId={datasetVersionId} />
    </Prefetch>
  );
}
