import type { Metadata } from "next";
import { SystemView } from "#components/settings/system-view.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { systemGet } from "#lib/teams/system-schema.ts";

export const metadata: Metadata = { title: "System" };

export default function SystemPage() {
  return (
    <Prefetch of={[prefetch(systemGet, {})]}>
      <SystemView />
    </Prefetch>
  );
}
