import type { Metadata } from "next";
import { LabelsTab } from "#components/generation/labels-tab.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { runList } from "#lib/runs/schema.ts";

export const metadata: Metadata = { title: "Labels" };

type Props = { params: Promise<{ projectId: string }>; searchParams: Promise<{ cursor?: string }> };

export default async function LabelsPage({ params, searchParams }: Props) {
  const [{ projectId }, { cursor }] = await Promise.all([params, searchParams]);
  const input = { projectId, kind: "generation" as const, ...(cursor ? { cursor } : {}) };
  return (
    <Prefetch of={[prefetch(runList, input)]}>
      <LabelsTab />
    </Prefetch>
  );
}
