export const roles = ["owner", "engineer", "reviewer", "manager"] as const;
export type Role = (typeof roles)[number];

/** What a token may be allowed to do. A token never exceeds the role of its person. */
export const scopes = ["read", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

type Rule = { roles: readonly Role[]; scope: Scope; says: string };

const everyone = roles;
const builders = ["owner", "engineer"] as const;
/** All but reviewers, who see their reviews and nothing else. */
const insiders = ["owner", "engineer", "manager"] as const;

/** Every permission: who has it, which token scope it takes, and what it lets a person do (shown in Settings > Team). */
export const permissions = {
  "team.read": { roles: everyone, scope: "read", says: "See the team and its members" },
  "team.manage": { roles: ["owner"], scope: "admin", says: "Invite, change roles, remove people, rename the team" },
  "token.manage": { roles: builders, scope: "admin", says: "Create and revoke own API tokens" },
  "audit.read": { roles: ["owner", "manager"], scope: "read", says: "Read the audit log" },
  "outbox.read": { roles: ["owner"], scope: "admin", says: "Read the e-mails that the team was sent" },
  "system.read": { roles: ["owner"], scope: "read", says: "See the health of the installation" },
  "project.read": { roles: insiders, scope: "read", says: "See projects, tasks and results" },
  "project.write": { roles: builders, scope: "write", says: "Create and change projects and tasks" },
  "data.read": { roles: insiders, scope: "read", says: "Browse and export datasets" },
  "data.write": { roles: builders, scope: "write", says: "Upload, import and delete datasets" },
  "review.read": { roles: everyone, scope: "read", says: "See the reviews one is asked for, with their rows" },
  "review.write": { roles: ["owner", "engineer", "reviewer"], scope: "write", says: "Decide rows of a review" },
  "review.manage": {
    roles: builders,
    scope: "write",
    says: "Set up reviews, settle disagreements, make versions of them",
  },
  "teacher.read": { roles: insiders, scope: "read", says: "See teachers and their prices (never keys)" },
  "teacher.write": { roles: builders, scope: "write", says: "Add, change and test teachers" },
  "run.read": { roles: insiders, scope: "read", says: "Follow runs, logs and answers" },
  "run.write": { roles: builders, scope: "write", says: "Start, pause, cancel and retry runs" },
  "student.read": { roles: insiders, scope: "read", says: "See students and try them out" },
  "student.write": { roles: builders, scope: "write", says: "Rename, download and delete students" },
  "savings.read": { roles: insiders, scope: "read", says: "See the cost comparison" },
  "savings.write": { roles: insiders, scope: "write", says: "Change the inputs of the cost comparison" },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissions;

/** Whether a role (and, for a token, its scopes) allows something. `scopes` null means a person's own session. */
export function allows(permission: Permission, role: Role, tokenScopes: readonly string[] | null = null): boolean {
  const rule: Rule = permissions[permission];
  return rule.roles.includes(role) && (tokenScopes === null || tokenScopes.includes(rule.scope));
}
