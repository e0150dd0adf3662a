import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell.tsx";
import { activeRunsInput, sidebarProjectsInput } from "#components/shell/sidebar-input.ts";
import { ViewerProvider } from "#components/shell/viewer.tsx";
import { Prefetch, prefetch, requireActor } from "#lib/http/server.tsx";
import { isReviewerPage } from "#lib/nav.ts";
import { projectList } from "#lib/projects/schema.ts";
import { runList } from "#lib/runs/schema.ts";
import { meGet } from "#lib/teams/me-schema.ts";

/** Everything behind sign-in. */
export default async function AppLayout({ children }: { children: ReactNode }) {
  const actor = await requireActor();
  const path = (await headers()).get("x-stillhouse-path") ?? "/";
  // Whoever sees reviews only is led there. The data layer refuses the rest anyway.
  if (!actor.can("project.read") && !isReviewerPage(new URL(path, "http://localhost").pathname)) redirect("/reviews");
  const mine = actor.can("project.read")
    ? [prefetch(projectList, sidebarProjectsInput), prefetch(runList, activeRunsInput)]
    : [];
  return (
    <ViewerProvider userId={actor.userId} teamId={actor.teamId} role={actor.role}>
      <Prefetch of={[prefetch(meGet, {}), ...mine]}>
        <Shell>{children}</Shell>
      </Prefetch>
    </ViewerProvider>
  );
}
