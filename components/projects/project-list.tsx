"use client";

import clsx from "clsx";
import { Plus } from "lucide-react";
import Link from "next/link";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { moveRows } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { plural } from "#lib/format.ts";
import { useEndpoint, useLive } from "#lib/http/client.tsx";
import { type Project, projectList } from "#lib/projects/schema.ts";
import { ActiveRunLine } from "./active-run.tsx";
import { projectListInput } from "./list-input.ts";
import { NoProjects } from "./no-projects.tsx";
import { QualityFigure, SavingFigure } from "./project-figures.tsx";
import { StageTrack } from "./stage-track.tsx";

/** All projects of the team: where each stands, how good its student is, what it saves, and what runs now. */
export function ProjectList({ canCreate }: { canCreate: boolean }) {
  const url = useUrlState();
  const input = projectListInput(url.params);
  const { data, error, refetch } = useEndpoint(projectList, input, { keepPrevious: true, refetchInterval: 15_000 });
  useLive(liveTopics(data?.items ?? []), () => void refetch());
  const filtered = url.get("q") !== "" || input.archived;

  return (
    <>
      <PageHeader
        title="Projects"
        hint="Each project turns one narrow task of a large model into a small model of your own, and proves that it is as good."
        actions={
          canCreate ? (
            <LinkButton href="/projects/new" variant="primary" icon={<Plus aria-hidden />}>
              New project
            </LinkButton>
          ) : null
        }
      />
      <FilterBar searchKey="q" searchPlaceholder="Find a project …">
        {data ? (
          <span className="tnum">
            {plural(data.items.length, input.archived ? "archived project" : "project")}
            {data.nextCursor ? " on this page" : ""}
          </span>
        ) : null}
        <Button variant="ghost" size="sm" onClick={() => url.set({ archived: input.archived ? null : "yes" })}>
          {input.archived ? "Show current ones" : "Show archived"}
        </Button>
      </FilterBar>
      <Card flush className="mt-4">
        {error && !data ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {!data && !error ? <ListSkeleton /> : null}
        {data && data.items.length === 0 && filtered ? (
          <EmptyState title="No project matches." hint="Change the search, or show the current ones." />
        ) : null}
        {data && data.items.length === 0 && !filtered ? <NoProjects canCreate={canCreate} /> : null}
        {data && data.items.length > 0 ? (
          <>
            <ColumnNames />
            <ul aria-label="Projects" onKeyDown={moveRows}>
              {data.items.map((project) => (
                <ProjectRow key={project.id} project={project} />
              ))}
            </ul>
          </>
        ) : null}
        <Pagination nextCursor={data?.nextCursor} />
      </Card>
    </>
  );
}

/** A project is announced when it changes, a run at every step of its progress. */
function liveTopics(projects: readonly Project[]): string[] {
  return projects.flatMap((project) => [`project:${project.id}`, ...project.activeRuns.map((run) => `run:${run.id}`)]);
}

const columns = "grid grid-cols-1 gap-x-6 gap-y-2 px-4 lg:grid-cols-[minmax(14rem,1fr)_25rem_12rem_9rem]";

function ColumnNames() {
  return (
    <div aria-hidden className={`${columns} hidden border-b py-2 text-xs font-medium text-muted lg:grid`}>
      <span>Project</span>
      <span>Where it stands</span>
      <span>Quality on the hold-out</span>
      <span>Net saving a month</span>
    </div>
  );
}

function ProjectRow({ project }: { project: Project }) {
  const [run] = project.activeRuns;
  return (
    <li
      data-row=""
      tabIndex={-1}
      className="border-b py-3 last:border-b-0 hover:bg-hover/60 focus:bg-accent-soft focus:outline-none focus-visible:shadow-[inset_2px_0_0_var(--accent)]"
    >
      <div className={`${columns} lg:items-center`}>
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Link
              href={`/projects/${project.id}`}
              className="min-w-0 font-medium break-words underline-offset-4 hover:underline"
            >
              {project.name}
            </Link>
            {project.simulated ? <SimulatedBadge /> : null}
            {project.archivedAt ? <Badge>Archived</Badge> : null}
          </div>
          <p className="mt-0.5 text-xs text-muted">
            {project.kind} · created <RelativeTime at={project.createdAt} /> by {project.createdBy}
          </p>
        </div>
        <StageTrack projectId={project.id} stages={project.stages} linked />
        <div className={clsx("grid grid-cols-2 gap-x-4 lg:contents", !project.latestEvaluationId && "max-lg:hidden")}>
          <div>
            <span className="text-xs text-muted lg:hidden">Quality on the hold-out</span>
            <QualityFigure project={project} />
          </div>
          <div>
            <span className="text-xs text-muted lg:hidden">Net saving a month</span>
            <SavingFigure project={project} />
          </div>
        </div>
      </div>
      {run ? (
        <div className="mt-2 px-4">
          <ActiveRunLine run={run} />
        </div>
      ) : null}
    </li>
  );
}

function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading projects" className="divide-y">
      {[0, 1, 2].map((row) => (
        <div key={row} className={`${columns} py-3 lg:items-center`}>
          <Skeleton className="h-9 w-56" />
          <Skeleton className="h-5 w-80" />
          <Skeleton className="h-9 w-36" />
          <Skeleton className="h-9 w-24" />
        </div>
      ))}
    </div>
  );
}
