import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { VersionPage } from "#components/datasets/version-page.tsx";
import { AppError } from "#lib/core/errors.ts";
import { versionGet } from "#lib/datasets/schema.ts";
import { callVerb, Prefetch, prefetch } from "#lib/http/server.tsx";

type Params = { params: Promise<{ projectId: string; versionId: string }> };

/** The version of this address; null where the address fits none. */
async function find({ params }: Params) {
  const { projectId, versionId } = await params;
  if (!z.uuid().safeParse(versionId).success) return null;
  try {
    const version = await callVerb(versionGet, { datasetVersionId: versionId });
    return version.projectId === projectId ? version : null;
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

export async function generateMetadata(props: Params): Promise<Metadata> {
  const version = await find(props);
  return { title: version ? `${version.datasetName} v${version.number}` : "Data" };
}

export default async function DatasetVersionPage(props: Params) {
  const version = await find(props);
  if (!version) notFound();
  return (
    <Prefetch of={[prefetch(versionGet, { datasetVersionId: version.id })]}>
      <VersionPage datasetVersionId={version.id} />
    </Prefetch>
  );
}
