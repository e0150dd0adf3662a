"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEndpoint } from "#lib/http/client.tsx";
import { entryOf, helpNav, mainNav, projectIdOf, projectTabs, settingsTabs } from "#lib/nav.ts";
import { projectGet } from "#lib/projects/schema.ts";

type Crumb = { label: string; href: string };

/** Area, project, tab. The page's own h1 says the rest. */
export function Breadcrumb() {
  const pathname = usePathname();
  const projectId = projectIdOf(pathname);
  const project = useEndpoint(
    projectGet,
    { projectId: projectId ?? "" },
    { enabled: projectId !== null, staleTime: 60_000 },
  );
  const crumbs = crumbsOf(pathname, projectId ? (project.data?.name ?? "…") : null);
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex items-center gap-1 text-sm text-muted">
        {crumbs.map((crumb, index) => (
          <li key={crumb.href} className="flex min-w-0 items-center gap-1">
            {index > 0 ? <ChevronRight aria-hidden className="size-3.5 shrink-0 text-faint" /> : null}
            <Link
              href={crumb.href}
              aria-current={crumb.href === pathname ? "page" : undefined}
              className="truncate rounded-sm px-1 py-0.5 hover:bg-hover hover:text-ink aria-[current=page]:text-ink"
            >
              {crumb.label}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function crumbsOf(pathname: string, projectName: string | null): Crumb[] {
  if (pathname.startsWith("/settings")) {
    const tab = entryOf(settingsTabs, pathname);
    return [
      { label: "Settings", href: "/settings/account" },
      ...(tab && tab.href !== "/settings/account" ? [tab] : []),
    ];
  }
  const area = entryOf([...mainNav, ...helpNav], pathname);
  const projectId = projectIdOf(pathname);
  if (!projectId || projectName === null) return area ? [area] : [];
  const tab = entryOf(projectTabs(projectId), pathname);
  const home = `/projects/${projectId}`;
  return [
    { label: "Projects", href: "/projects" },
    { label: projectName, href: home },
    ...(tab && tab.href !== home ? [tab] : []),
  ];
}
