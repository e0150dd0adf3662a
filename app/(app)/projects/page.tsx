import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { projectListInput } from "#components/projects/list-input.ts";
import { ProjectList } from "#components/projects/project-list.tsx";
import { Prefetch, prefetch, requireActor } from "#lib/http/server.tsx";
import { homeOf } from "#lib/nav.ts";
import { projectList } from "#lib/projects/schema.ts";

export const metadata: Metadata = { title: "Projects" };

type Search = Record<string, string | string[] | undefined>;

export default async function ProjectsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const actor = await requireActor();
  // also when somebody comes here within the app, where the layout is not asked again
  if (!actor.can("project.read")) redirect(homeOf(actor.can));
  const search = await searchParams;
  const input = projectListInput({ get: (name) => [search[name] ?? null].flat()[0] ?? null });
  return (
    <Prefetch of={[prefetch(projectList, input)]}>
      <ProjectList canCreate={actor.can("project.write")} />
    </Prefetch>
  );
}
