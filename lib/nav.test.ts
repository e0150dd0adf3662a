import { expect, it } from "vitest";
import { allows } from "./core/permissions.ts";
import { allowedNav, entryOf, mainNav, projectIdOf, projectTabs, settingsTabs } from "./nav.ts";

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

it("gives every `g` key one meaning", () => {
  const keys = [...mainNav, ...projectTabs(id)].map((entry) => entry.key);
  expect(new Set(keys).size).toBe(keys.length);
});
