import { describe, expect, it } from "vitest";
import { allows, type Permission, permissions, type Role, roles } from "./permissions.ts";

const held = (role: Role) =>
  (Object.keys(permissions) as Permission[]).filter((permission) => allows(permission, role)).sort();

describe("permissions", () => {
  it("let a reviewer see the team and reviews, decide rows, and nothing else", () => {
    expect(held("reviewer")).toEqual(["review.read", "review.write", "team.read"]);
  });

  it("let a manager read what engineers read, and decide or build nothing", () => {
    const reads = held("engineer").filter((permission) => permission.endsWith(".read"));
    expect(held("manager").filter((permission) => reads.includes(permission))).toEqual(reads);
    for (const permission of ["review.write", "review.manage", "data.write", "run.write"] as const) {
      expect(allows(permission, "manager"), permission).toBe(false);
    }
  });

  it("give an owner everything", () => {
    expect(held("owner")).toEqual(Object.keys(permissions).sort());
  });

  it("bound a token by its scopes and its person's role", () => {
    expect(allows("review.write", "reviewer", ["read"])).toBe(false);
    expect(allows("review.write", "reviewer", ["write"])).toBe(true);
    for (const role of roles) expect(allows("review.read", role, []), role).toBe(false);
    expect(allows("data.read", "reviewer", ["read", "write", "admin"])).toBe(false);
  });
});
