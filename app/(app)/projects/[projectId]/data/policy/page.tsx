import type { Metadata } from "next";
import { PolicyForm } from "#components/quality/policy-form.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { qualityPolicyGet } from "#lib/quality/schema.ts";

export const metadata: Metadata = { title: "Quality policy" };

export default async function QualityPolicyPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(qualityPolicyGet, { projectId })]}>
      <PolicyForm projectId={projectId} />
    </Prefetch>
  );
}
