"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { allows, type Permission, type Role } from "#lib/core/permissions.ts";

type Facts = { userId: string; teamId: string; role: Role };

type Viewer = Facts & {
  can: (permission: Permission) => boolean;
  /** null when allowed, else one sentence for `disabledReason` */
  whyNot: (permission: Permission) => string | null;
};

const ViewerContext = createContext<Viewer | null>(null);

/** Who looks at the page: decides what is offered. What is allowed is decided by the server. */
export function ViewerProvider({ userId, teamId, role, children }: Facts & { children: ReactNode }) {
  const viewer = useMemo<Viewer>(() => {
    const can = (permission: Permission) => allows(permission, role);
    return {
      userId,
      teamId,
      role,
      can,
      whyNot: (permission) => (can(permission) ? null : `As ${role} you cannot do this.`),
    };
  }, [userId, teamId, role]);
  return <ViewerContext.Provider value={viewer}>{children}</ViewerContext.Provider>;
}

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("useViewer is for pages below app/(app)/layout.tsx");
  return viewer;
}
