import type { Metadata } from "next";
import { SavingsPage } from "#components/savings/savings-page.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { savingsGet } from "#lib/savings/schema.ts";

export const metadata: Metadata = { title: "Savings" };

export default async function ProjectSavingsPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(savingsGet, { projectId })]}>
      <SavingsPage projectId={projectId} />
    </Prefetch>
  );
}
