import type { Metadata } from "next";
import { RunPage } from "#components/runs/run-page.tsx";
import { AppError } from "#lib/core/errors.ts";
import { callVerb, Prefetch, prefetch } from "#lib/http/server.tsx";
import { runGet } from "#lib/runs/schema.ts";

type Props = { params: Promise<{ runId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { runId } = await params;
  try {
    return { title: (await callVerb(runGet, { runId })).title };
  } catch (error) {
    if (error instanceof AppError) return { title: "Run" };
    throw error;
  }
}

export default async function Page({ params }: Props) {
  const { runId } = await params;
  return (
    <Prefetch of={[prefetch(runGet, { runId })]}>
      <RunPage runId={runId} />
    </Prefetch>
  );
}
