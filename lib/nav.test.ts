import { expect, it } from "vitest";
import { allows, type Permission } from "./core/permissions.ts";
import {
  allowedNav,
  entryOf,
  helpNav,
  homeOf,
  isReviewerPage,
  mainNav,
  projectIdOf,
  projectTabs,
  settingsTabs,
} from "./nav.ts";

const id = "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

it("finds the project of a path, and only there", () => {
  expect(projectIdOf(`/projects/${id}`)).toBe(id);
  expect(projectIdOf(`/projects/${id}/data/x`)).toBe(id);
  expect(projectIdOf("/projects/new")).toBeNull();
  expect(projectIdOf(`/runs/${id}`)).toBeNull();
});

it("picks the most exact entry", () => {
  const tabs = projectTabs(id);
  expect(entryOf(tabs, `/projects/${id}`)?.label).toBe("Overview");
  expect(entryOf(tabs, `/projects/${id}/students/abc`)?.label).toBe("Students");
  expect(entryOf(tabs, `/projects/${id}/datax`)?.label).toBe("Overview");
  expect(entryOf(mainNav, "/runsx")).toBeNull();
});

it("hides what a role may not open", () => {
  const labels = (role: "owner" | "reviewer") => allowedNav(settingsTabs, (p) => allows(p, role)).map((e) => e.label);
  expect(labels("owner")).toHaveLength(settingsTabs.length);
  expect(labels("reviewer")).toEqual(["Account", "Notifications", "Team"]);
});

it("leads a reviewer to reviews and to nothing else", () => {
  const can = (permission: Permission) => allows(permission, "reviewer");
  expect(allowedNav([...mainNav, ...helpNav, ...projectTabs(id)], can).map((entry) => entry.label)).toEqual([
    "Reviews",
    "Settings",
  ]);
  expect(homeOf(can)).toBe("/reviews");
  expect(homeOf((permission) => allows(permission, "manager"))).toBe("/projects");
  expect(["/reviews", `/reviews/${id}`, "/settings/account"].map(isReviewerPage)).toEqual([true, true, true]);
  expect(["/", "/projects", "/reviewsx", "/docs", `/runs/${id}`].some(isReviewerPage)).toBe(false);
});

it("gives every `g` key one meaning", () => {
  const keys = [...mainNav, ...projectTabs(id)].map((entry) => entry.key);
  expect(new Set(keys).size).toBe(keys.length);
});
