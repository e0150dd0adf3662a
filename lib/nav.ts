import type { Permission } from "./core/permissions.ts";

/** Where one can go. Isomorphic: sidebar, tabs, breadcrumb, command palette and `g` keys all read these lists. */
export type NavEntry = {
  label: string;
  href: string;
  /** absent: everybody who is signed in */
  permission?: Permission;
  /** pressed after `g` */
  key?: string;
};

export const mainNav = [
  { label: "Projects", href: "/projects", permission: "project.read", key: "p" },
  { label: "Reviews", href: "/reviews", permission: "review.read", key: "q" },
  { label: "Runs", href: "/runs", permission: "run.read", key: "r" },
  { label: "Teachers", href: "/teachers", permission: "teacher.read", key: "t" },
  { label: "Settings", href: "/settings/account", key: "s" },
] as const satisfies readonly NavEntry[];

/** Reached through the user menu and Cmd-K. */
export const helpNav = [
  { label: "API reference", href: "/docs", permission: "project.read" },
] as const satisfies readonly NavEntry[];

/** Where a person begins: their projects, or for a reviewer the rows they are asked for. */
export function homeOf(can: (permission: Permission) => boolean): string {
  return can("project.read") ? "/projects" : "/reviews";
}

/** Whether a page is for a person who sees nothing but reviews. */
export function isReviewerPage(pathname: string): boolean {
  return ["/reviews", "/settings"].some((area) => pathname === area || pathname.startsWith(`${area}/`));
}

const projectPages = [
  { label: "Overview", path: "", permission: "project.read", key: "o" },
  { label: "Task", path: "/task", permission: "project.read", key: "k" },
  { label: "Data", path: "/data", permission: "data.read", key: "d" },
  { label: "Labels", path: "/labels", permission: "run.read", key: "l" },
  { label: "Review", path: "/review", permission: "data.read", key: "w" },
  { label: "Students", path: "/students", permission: "student.read", key: "u" },
  { label: "Evaluations", path: "/evaluations", permission: "student.read", key: "e" },
  { label: "Savings", path: "/savings", permission: "savings.read", key: "v" },
] as const satisfies readonly (Omit<NavEntry, "href"> & { path: string })[];

/** The tabs of one project, in pipeline order. */
export function projectTabs(projectId: string): NavEntry[] {
  return projectPages.map(({ path, ...entry }) => ({ ...entry, href: `/projects/${projectId}${path}` }));
}

export const settingsTabs = [
  { label: "Account", href: "/settings/account" },
  { label: "Notifications", href: "/settings/notifications" },
  { label: "Team", href: "/settings/team", permission: "team.read" },
  { label: "API tokens", href: "/settings/tokens", permission: "token.manage" },
  { label: "Outbox", href: "/settings/outbox", permission: "outbox.read" },
  { label: "Audit log", href: "/settings/audit", permission: "audit.read" },
  { label: "System", href: "/settings/system", permission: "system.read" },
] as const satisfies readonly NavEntry[];

/** The entries that this person may open. */
export function allowedNav<E extends NavEntry>(entries: readonly E[], can: (permission: Permission) => boolean): E[] {
  return entries.filter((entry) => entry.permission === undefined || can(entry.permission));
}

/** The project that a path is inside of. */
export function projectIdOf(pathname: string): string | null {
  return /^\/projects\/([0-9a-f-]{36})(?:\/|$)/.exec(pathname)?.[1] ?? null;
}

/** The entry that a path belongs to: the longest `href` that it starts with. */
export function entryOf<E extends NavEntry>(entries: readonly E[], pathname: string): E | null {
  const matching = entries.filter(({ href }) => pathname === href || pathname.startsWith(`${href}/`));
  return matching.sort((a, b) => b.href.length - a.href.length)[0] ?? null;
}
