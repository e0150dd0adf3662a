"use client";

import { Command } from "cmdk";
import { Activity, ArrowRight, FolderKanban, Keyboard, Moon, Plus, Sun } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { StatePill } from "#components/ui/state-pill.tsx";
import type { Permission } from "#lib/core/permissions.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { allowedNav, helpNav, mainNav, projectIdOf, projectTabs, settingsTabs } from "#lib/nav.ts";
import { projectList } from "#lib/projects/schema.ts";
import { runList } from "#lib/runs/schema.ts";

type CommandPaletteProps = { open: boolean; onOpenChange: (open: boolean) => void; onHelp: () => void };

type Action = { label: string; permission: Permission; href: string };

const actions: readonly Action[] = [
  { label: "New project", permission: "project.write", href: "/projects/new" },
  { label: "Add a teacher", permission: "teacher.write", href: "/teachers/new" },
  { label: "Invite somebody to the team", permission: "team.manage", href: "/settings/team" },
  { label: "Create an API token", permission: "token.manage", href: "/settings/tokens" },
];

/** Cmd-K: pages, projects, recent runs, and what the role may do. */
export function CommandPalette({ open, onOpenChange, onHelp }: CommandPaletteProps) {
  const router = useRouter();
  const pathname = usePathname();
  const viewer = useViewer();
  const { resolvedTheme, setTheme } = useTheme();
  const projects = useEndpoint(projectList, { limit: 50 }, { enabled: open && viewer.can("project.read") });
  const runs = useEndpoint(runList, { limit: 20 }, { enabled: open && viewer.can("run.read") });
  const projectId = projectIdOf(pathname);
  const here = projectId ? projects.data?.items.find((project) => project.id === projectId) : undefined;
  const other = resolvedTheme === "dark" ? "light" : "dark";

  function run(does: () => void) {
    onOpenChange(false);
    does();
  }
  const go = (href: string) => run(() => router.push(href));

  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-black/40 dark:bg-black/60" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-xl animate-fade overflow-hidden rounded-lg border bg-raised shadow-pop focus:outline-none"
        >
          <Primitive.Title className="sr-only">Go to or do</Primitive.Title>
          <Command label="Go to or do" loop>
            <Command.Input
              placeholder="Go to or do …"
              className="h-12 w-full border-b bg-transparent px-4 text-lg outline-none"
            />
            <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-2">
              <Command.Empty className="px-2 py-6 text-muted">
                Nothing matches. Try the name of a project or page.
              </Command.Empty>
              {projectId ? (
                <Group heading={here?.name ?? "This project"}>
                  {allowedNav(projectTabs(projectId), viewer.can).map((entry) => (
                    <Item
                      key={entry.href}
                      value={`${entry.label} ${entry.href}`}
                      icon={<ArrowRight aria-hidden />}
                      onSelect={() => go(entry.href)}
                    >
                      {entry.label}
                    </Item>
                  ))}
                </Group>
              ) : null}
              <Group heading="Do">
                {actions
                  .filter((action) => viewer.can(action.permission))
                  .map((action) => (
                    <Item
                      key={action.href}
                      value={action.label}
                      icon={<Plus aria-hidden />}
                      onSelect={() => go(action.href)}
                    >
                      {action.label}
                    </Item>
                  ))}
                <Item
                  value={`theme ${other}`}
                  icon={other === "dark" ? <Moon aria-hidden /> : <Sun aria-hidden />}
                  onSelect={() => run(() => setTheme(other))}
                >
                  Switch to the {other} theme
                </Item>
                <Item value="keyboard keys help" icon={<Keyboard aria-hidden />} onSelect={() => run(onHelp)}>
                  Show the keys
                </Item>
              </Group>
              <Group heading="Go to">
                {allowedNav([...mainNav.slice(0, -1), ...helpNav, ...settingsTabs], viewer.can).map((entry) => (
                  <Item
                    key={entry.href}
                    value={`go ${entry.label} ${entry.href}`}
                    icon={<ArrowRight aria-hidden />}
                    onSelect={() => go(entry.href)}
                  >
                    {entry.href.startsWith("/settings") ? `Settings: ${entry.label}` : entry.label}
                  </Item>
                ))}
              </Group>
              {projects.data?.items.length ? (
                <Group heading="Projects">
                  {projects.data.items.map((project) => (
                    <Item
                      key={project.id}
                      value={`${project.name} ${project.id}`}
                      icon={<FolderKanban aria-hidden />}
                      onSelect={() => go(`/projects/${project.id}`)}
                    >
                      {project.name}
                    </Item>
                  ))}
                </Group>
              ) : null}
              {runs.data?.items.length ? (
                <Group heading="Recent runs">
                  {runs.data.items.map((item) => (
                    <Item
                      key={item.id}
                      value={`${item.title} ${item.id}`}
                      icon={<Activity aria-hidden />}
                      onSelect={() => go(`/runs/${item.id}`)}
                    >
                      <span className="min-w-0 flex-1 truncate">{item.title}</span>
                      <StatePill state={item.state} />
                    </Item>
                  ))}
                </Group>
              ) : null}
            </Command.List>
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:truncate [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = { value: string; icon: ReactNode; onSelect: () => void; children: ReactNode };

function Item({ value, icon, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-faint"
    >
      {icon}
      {children}
    </Command.Item>
  );
}
