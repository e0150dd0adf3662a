import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell.tsx";
import { activeRunsInput, sidebarProjectsInput } from "#components/shell/sidebar-input.ts";
import { ViewerProvider } from "#components/shell/viewer.tsx";
import { Prefetch, prefetch, requireActor } from "#lib/http/server.tsx";
import { projectList } from "#lib/projects/schema.ts";
import { runList } from "#lib/runs/schema.ts";
import { meGet } from "#lib/teams/me-schema.ts";

/** Everything behind sign-in. */
export default async function AppLayout({ children }: { children: ReactNode }) {
  const actor = await requireActor();
  return (
    <ViewerProvider userId={actor.userId} teamId={actor.teamId} role={actor.role}>
      <Prefetch
        of={[prefetch(meGet, {}), prefetch(projectList, sidebarProjectsInput), prefetch(runList, activeRunsInput)]}
      >
        <Shell>{children}</Shell>
      </Prefetch>
    </ViewerProvider>
  );
}
