import { allows, type Permission, type Role } from "./permissions.ts";

/** Who asks. Made by lib/core/auth.ts from a session or a token, or by the system for its own work. */
export type Actor = {
  kind: "session" | "token" | "system";
  userId: string;
  teamId: string;
  role: Role;
  /** null for sessions and the system: bounded by the role only */
  scopes: readonly string[] | null;
  /** the Session or ApiToken row */
  credentialId: string | null;
  can(permission: Permission): boolean;
};

/** A signed-in person who is in no team (any more). */
export type Person = { kind: "session"; userId: string; teamId: null; credentialId: string };

export function makeActor(from: Omit<Actor, "can">): Actor {
  return { ...from, can: (permission) => allows(permission, from.role, from.scopes) };
}
