"use client";

import { FlaskConical, FolderPlus, Plus } from "lucide-react";
import { toast } from "sonner";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { meGet, meSwitchTeam } from "#lib/teams/me-schema.ts";

/** The first thing a newcomer sees: how to begin, and where everything can be watched at work already. */
export function NoProjects({ canCreate }: { canCreate: boolean }) {
  const me = useEndpoint(meGet, {}, { staleTime: 60_000 });
  const sample = me.data?.teams.find((team) => team.simulated && team.id !== me.data.team?.id);
  const look = useMutate(meSwitchTeam, {
    // A full load, so that nothing of the other team stays in memory.
    onSuccess: () => window.location.assign("/projects"),
    onError: (error) => toast.error(error.message),
    invalidates: [],
  });
  return (
    <EmptyState
      picture={<FolderPlus aria-hidden />}
      title="No projects yet."
      hint="Start with a task that a large model does for you thousands of times a day, such as routing tickets, and a file of examples."
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {canCreate ? (
            <LinkButton href="/projects/new" variant="primary" icon={<Plus aria-hidden />}>
              New project
            </LinkButton>
          ) : null}
          {sample ? (
            <Button
              icon={<FlaskConical aria-hidden />}
              pending={look.isPending || look.isSuccess}
              onClick={() => look.mutate({ teamId: sample.id })}
            >
              Look at the sample project
            </Button>
          ) : null}
        </div>
      }
    />
  );
}
