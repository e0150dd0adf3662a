import { type Permission, permissions, type Role, roles } from "#lib/core/permissions.ts";

const hints: Record<Role, string> = {
  owner: "Everything, also people, roles and system",
  engineer: "Builds: data, teachers, runs, students",
  reviewer: "Sees only the reviews they are asked for, and decides their rows",
  manager: "Reads everything, edits the cost comparison, sees the audit log",
};

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** For selects: what each role is, in one line. */
export const roleOptions = roles.map((role) => ({ value: role, label: capital(role), hint: hints[role] }));

export type RoleRow = { permission: Permission; says: string; may: Record<Role, boolean> };

/** Which role may do what, from the table that the server decides by. */
export const roleTable: RoleRow[] = (Object.keys(permissions) as Permission[]).map((permission) => {
  const allowed: readonly Role[] = permissions[permission].roles;
  const may = Object.fromEntries(roles.map((role) => [role, allowed.includes(role)])) as Record<Role, boolean>;
  return { permission, says: permissions[permission].says, may };
});
