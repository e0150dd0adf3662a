import type { Metadata } from "next";
import { AuditCard } from "#components/settings/audit-card.tsx";
import { auditInput } from "#components/settings/audit-input.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { auditList } from "#lib/teams/audit-schema.ts";
import { memberList } from "#lib/teams/schema.ts";

export const metadata: Metadata = { title: "Audit log" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function AuditPage({ searchParams }: { searchParams: Search }) {
  const search = await searchParams;
  const input = auditInput((name) => [search[name]].flat()[0] ?? "");
  return (
    <Prefetch of={[prefetch(auditList, input), prefetch(memberList, {})]}>
      <AuditCard />
    </Prefetch>
  );
}
