"use client";

import clsx from "clsx";
import { Activity, FolderKanban, GraduationCap, ListChecks, type LucideIcon, Plus, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import { useEndpoint, useLive } from "#lib/http/client.tsx";
import { allowedNav, entryOf, homeOf, mainNav, projectIdOf } from "#lib/nav.ts";
import { type Project, projectList, type Stage } from "#lib/projects/schema.ts";
import { shareOf, useActiveRuns } from "./active-runs.ts";
import { Logo } from "./logo.tsx";
import { sidebarProjectsInput } from "./sidebar-input.ts";
import { useViewer } from "./viewer.tsx";

const icons: Record<string, LucideIcon> = {
  "/projects": FolderKanban,
  "/reviews": ListChecks,
  "/runs": Activity,
  "/teachers": GraduationCap,
  "/settings/account": Settings,
};

function row(active: boolean) {
  return clsx(
    "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-base max-lg:min-h-10",
    active ? "bg-hover font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
  );
}

/** Team, pages, projects with how far they are, and what runs now. */
export function Sidebar({ team }: { team: ReactNode }) {
  const pathname = usePathname();
  const viewer = useViewer();
  const entries = allowedNav(mainNav, viewer.can);
  const inProject = projectIdOf(pathname) !== null;
  const here =
    pathname === "/"
      ? "/projects"
      : pathname.startsWith("/settings")
        ? "/settings/account"
        : entryOf(mainNav, pathname)?.href;
  return (
    <div className="flex min-h-full flex-col gap-4 p-3">
      <Link href={homeOf(viewer.can)} className="hidden h-8 items-center rounded-md px-2 lg:flex">
        <Logo />
      </Link>
      {team}
      <nav aria-label="Main" className="flex flex-col gap-0.5">
        {entries.map(({ href, label }) => {
          const Icon = icons[href];
          const active = here === href && !(href === "/projects" && inProject);
          return (
            <Link key={href} href={href} aria-current={active ? "page" : undefined} className={row(active)}>
              {Icon ? <Icon aria-hidden className="size-4" /> : null}
              {label}
            </Link>
          );
        })}
      </nav>
      {viewer.can("project.read") ? <Projects /> : null}
      {viewer.can("run.read") ? <ActiveRuns /> : null}
    </div>
  );
}

function Heading({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="mb-1 flex h-6 items-center justify-between px-2 text-xs font-medium text-faint">
      <h2 className="text-xs font-medium">{children}</h2>
      {aside}
    </div>
  );
}

function Projects() {
  const pathname = usePathname();
  const viewer = useViewer();
  const projects = useEndpoint(projectList, sidebarProjectsInput, { refetchInterval: 60_000 });
  useLive(projects.data?.items.map((project) => `project:${project.id}`) ?? [], () => void projects.refetch());
  const current = projectIdOf(pathname);
  return (
    <section>
      <Heading
        aside={
          viewer.can("project.write") ? (
            <Link
              href="/projects/new"
              aria-label="New project"
              className="rounded-sm p-0.5 hover:bg-hover hover:text-ink"
            >
              <Plus aria-hidden className="size-4" />
            </Link>
          ) : null
        }
      >
        Projects
      </Heading>
      {projects.isPending ? (
        <div className="space-y-2 px-2 py-1">
          <Skeleton className="h-4 w-4/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      ) : null}
      {projects.data?.items.length === 0 ? <p className="px-2 text-sm text-muted">None yet.</p> : null}
      <ul className="flex flex-col gap-0.5">
        {projects.data?.items.map((project) => (
          <li key={project.id}>
            <ProjectLink project={project} active={project.id === current} />
          </li>
        ))}
      </ul>
      {projects.data?.nextCursor ? (
        <Link href="/projects" className="block px-2 py-1 text-sm text-muted hover:text-ink">
          All projects
        </Link>
      ) : null}
    </section>
  );
}

function ProjectLink({ project, active }: { project: Project; active: boolean }) {
  const done = project.stages.filter((stage) => stage.state === "done" || stage.state === "skipped").length;
  return (
    <Link
      href={`/projects/${project.id}`}
      aria-current={active ? "page" : undefined}
      className={clsx(row(active), "justify-between")}
      title={`${project.name}${project.simulated ? " (simulated)" : ""}: ${done} of ${project.stages.length} steps done`}
    >
      <span className="truncate">{project.name}</span>
      <StageDots stages={project.stages} />
    </Link>
  );
}

const dots: Record<Stage["state"], string> = {
  done: "bg-good-mark",
  skipped: "bg-line-strong",
  running: "bg-running-mark motion-safe:animate-pulse-soft",
  attention: "bg-attention-mark",
  todo: "bg-line-strong/60",
};

/** Task, data, labels, student, verdict as five short strokes; the words are in the link's title and for screen readers. */
function StageDots({ stages }: { stages: readonly Stage[] }) {
  return (
    <span className="flex shrink-0 gap-0.5">
      {stages.map((stage) => (
        <span key={stage.step} aria-hidden className={clsx("h-2.5 w-1 rounded-full", dots[stage.state])} />
      ))}
      <span className="sr-only">{stages.map((stage) => `${stage.step} ${stage.state}`).join(", ")}</span>
    </span>
  );
}

/** Nothing while nothing runs; the pill is the same as in lists and on the run's page. */
function ActiveRuns() {
  const runs = useActiveRuns();
  if (runs.length === 0) return null;
  const simulated = runs.every((run) => run.simulated);
  return (
    <section aria-live="off">
      <Heading aside={simulated ? <SimulatedBadge /> : null}>In progress</Heading>
      <ul className="flex flex-col gap-0.5">
        {runs.map((run) => (
          <li key={run.id}>
            <Link href={`/runs/${run.id}`} className={clsx(row(false), "flex-col items-stretch gap-1 py-1.5")}>
              <span className="truncate text-sm text-ink">{run.title}</span>
              <span className="flex items-center justify-between gap-2">
                <StatePill state={run.state} done={shareOf(run)} />
                <span className="truncate text-xs text-muted">{run.progress.phase}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
