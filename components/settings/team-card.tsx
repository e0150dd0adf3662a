"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatDate, plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { meGet } from "#lib/teams/me-schema.ts";
import { type Team, teamCreate, teamGet, teamUpdate } from "#lib/teams/schema.ts";

/** Name of the team in view, and the way to another one. */
export function TeamCard() {
  const team = useEndpoint(teamGet, {});
  const me = useEndpoint(meGet, {});
  const owns = me.data?.teams.some((one) => one.role === "owner" && !one.simulated) ?? false;
  return (
    <Card
      title={
        team.data?.simulated ? (
          <>
            Team <SimulatedBadge />
          </>
        ) : (
          "Team"
        )
      }
      hint={team.data ? `${plural(team.data.members, "member")} since ${formatDate(team.data.createdAt)}` : "\u00a0"}
      actions={owns ? <NewTeam /> : null}
    >
      {team.data ? (
        <Rename key={team.data.id} team={team.data} />
      ) : team.error ? (
        <ErrorState error={team.error} onRetry={team.refetch} />
      ) : (
        <Skeleton className="h-14 w-full" />
      )}
    </Card>
  );
}

function Rename({ team }: { team: Team }) {
  const { whyNot } = useViewer();
  const [name, setName] = useState(team.name);
  const save = useMutate(teamUpdate, {
    onSuccess: () => void toast.success("Renamed"),
    invalidates: [teamGet.name, meGet.name],
  });
  const refused = whyNot("team.manage");

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ name });
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-wrap items-end gap-3">
      <Field
        label="Name"
        className="min-w-60 flex-1"
        error={save.error?.detail.fields?.name ?? save.error?.message ?? null}
      >
        <Input value={name} readOnly={refused !== null} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Button type="submit" pending={save.isPending} disabled={name === team.name} disabledReason={refused}>
        Rename
      </Button>
    </form>
  );
}

function NewTeam() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const create = useMutate(teamCreate, {
    // the browser looks at another team from here on: nothing that was loaded holds any more
    onSuccess: () => window.location.assign("/projects"),
    invalidates: [],
  });

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    create.mutate({ name });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button size="sm">New team …</Button>}
      title="New team"
      description="Projects, data, teachers and tokens of one team are invisible to the others. You become its owner."
    >
      <form noValidate onSubmit={onSubmit} className="space-y-4">
        <Field label="Name" required error={create.error?.detail.fields?.name ?? create.error?.message ?? null}>
          <Input value={name} onChange={(event) => setName(event.target.value)} autoFocus />
        </Field>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" pending={create.isPending} disabled={name.trim() === ""}>
            Create and open
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
