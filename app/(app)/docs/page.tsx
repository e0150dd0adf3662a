import type { Metadata } from "next";
import { ReferencePage } from "#components/docs/reference-page.tsx";
import { env } from "#lib/env.ts";
import { requireActor } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "API reference" };

export default async function DocsPage() {
  await requireActor();
  return <ReferencePage baseUrl={`${env.STILLHOUSE_URL}/api/v1`} />;
}
