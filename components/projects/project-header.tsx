"use client";

import { Archive, ArchiveRestore, Ellipsis, Pencil } from "lucide-react";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { LinkTabs } from "#components/ui/tabs.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import type { NavEntry } from "#lib/nav.ts";
import { type Project, projectArchive, projectGet, projectUnarchive } from "#lib/projects/schema.ts";
import { EditProjectDialog } from "./edit-project-dialog.tsx";
import { StageTrack } from "./stage-track.tsx";

type ProjectHeaderProps = {
  /** as the server loaded it: the first paint has its title, whatever else is still being fetched */
  initial: Project;
  tabs: readonly NavEntry[];
  canWrite: boolean;
};

/** Title, where the project stands, and the tabs; the same above every page of a project. */
export function ProjectHeader({ initial, tabs, canWrite }: ProjectHeaderProps) {
  const projectId = initial.id;
  const { data: project = initial } = useEndpoint(projectGet, { projectId }, { live: [`project:${projectId}`] });
  const overview = `/projects/${projectId}`;
  const isOverview = usePathname() === overview;
  const [editing, setEditing] = useState(false);
  const onError = (error: { message: string; detail: { todo?: string } }) => {
    toast.error(error.message, { description: error.detail.todo });
  };
  const unarchive = useMutate(projectUnarchive, { onError });
  const archive = useMutate(projectArchive, {
    onError,
    onSuccess: ({ name }) =>
      toast.success(`${name} is archived.`, {
        action: { label: "Undo", onClick: () => unarchive.mutate({ projectId }) },
      }),
  });

  return (
    <header className="mb-6">
      <div className="mb-2 flex items-start justify-between gap-3">
        <div className="min-w-0">
          <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 break-words">{project.name}</h1>
            {project.simulated ? <SimulatedBadge /> : null}
            {project.archivedAt ? <Badge>Archived</Badge> : null}
          </div>
          {project.description ? <p className="mt-0.5 max-w-[90ch] text-sm text-muted">{project.description}</p> : null}
        </div>
        {canWrite ? (
          <DropdownMenu
            label="Project"
            trigger={
              <IconButton label="Project menu">
                <Ellipsis aria-hidden />
              </IconButton>
            }
            items={[
              { label: "Rename or describe …", icon: <Pencil aria-hidden />, onSelect: () => setEditing(true) },
              project.archivedAt
                ? {
                    label: "Take out of the archive",
                    icon: <ArchiveRestore aria-hidden />,
                    onSelect: () => unarchive.mutate({ projectId }),
                  }
                : {
                    label: "Archive",
                    hint: "Leaves the lists; nothing is deleted.",
                    icon: <Archive aria-hidden />,
                    disabledReason: project.activeRuns.length > 0 && "A run is active: wait for it or cancel it.",
                    onSelect: () => archive.mutate({ projectId }),
                  },
            ]}
          />
        ) : null}
      </div>
      {/* The overview shows the same steps larger. */}
      {isOverview ? null : (
        <div className="mb-2">
          <StageTrack projectId={projectId} stages={project.stages} linked />
        </div>
      )}
      <LinkTabs label="Project" tabs={tabs.map(({ label, href }) => ({ label, href, exact: href === overview }))} />
      {editing ? <EditProjectDialog project={project} onClose={() => setEditing(false)} /> : null}
    </header>
  );
}
