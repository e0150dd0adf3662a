/** What the sidebar asks for; the layout prefetches the same. A "use client" file could not hand these to the server. */
export const sidebarProjectsInput = { limit: 12 };
export const activeRunsInput = { state: "active" as const, limit: 6 };
