import type { Metadata } from "next";
import { NewProjectForm } from "#components/projects/new-project-form.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { requireActor } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "New project" };

export default async function NewProjectPage() {
  const actor = await requireActor();
  if (actor.can("project.write")) return <NewProjectForm />;
  return (
    <EmptyState
      title="Your role does not create projects."
      hint={`You are a ${actor.role}; owners and engineers create projects.`}
      action={<LinkButton href="/projects">Back to the projects</LinkButton>}
    />
  );
}
