import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { cache, type ReactNode } from "react";
import { z } from "zod";
import { ProjectHeader } from "#components/projects/project-header.tsx";
import { AppError } from "#lib/core/errors.ts";
import { callVerb, requireActor } from "#lib/http/server.tsx";
import { allowedNav, homeOf, projectTabs } from "#lib/nav.ts";
import { projectGet } from "#lib/projects/schema.ts";

type Props = { params: Promise<{ projectId: string }>; children: ReactNode };

/** Once a request, for title and page. What is no id cannot be a project either. */
const loadProject = cache(async (projectId: string) => {
  if (!z.uuid().safeParse(projectId).success) notFound();
  try {
    return await callVerb(projectGet, { projectId });
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  if (!(await requireActor()).can("project.read")) return {};
  const { name } = await loadProject((await params).projectId);
  return { title: { default: name, template: `%s · ${name}` } };
}

export default async function ProjectLayout({ params, children }: Props) {
  const { projectId } = await params;
  const actor = await requireActor();
  if (!actor.can("project.read")) redirect(homeOf(actor.can));
  const project = await loadProject(projectId);
  return (
    <>
      <ProjectHeader
        initial={project}
        tabs={allowedNav(projectTabs(projectId), (permission) => actor.can(permission))}
        canWrite={actor.can("project.write")}
      />
      {children}
    </>
  );
}
