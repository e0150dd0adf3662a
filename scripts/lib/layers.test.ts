import { describe, expect, it } from "vitest";
import { breaches, importsOf } from "./layers.ts";

const file = (path: string, ...lines: string[]) => ({ path, text: lines.join("\n") });

describe("import rules", () => {
  it.each([
    ["lib/core/a.ts", 'import { x } from "#lib/jobs/runs.ts";', /lower layer/],
    ["lib/projects/service.ts", 'import { x } from "#lib/savings/service.ts";', /earlier noun/],
    ["lib/metrics/a.ts", 'export { x } from "#lib/datasets/schema.ts";', /lower layer/],
    ["lib/datasets/a.ts", 'import { x } from "#components/ui/button.tsx";', /lower layer/],
    ["lib/datasets/a.ts", 'import { x } from "../tasks/schema.ts";', /begin with #/],
    ["lib/datasets/a.ts", 'import { makeTeam } from "#lib/testing/factories.ts";', /Only tests/],
    ["lib/novel/a.ts", 'import { x } from "#lib/core/db.ts";', /in no layer/],
    ["app/page.tsx", 'import { db } from "#lib/core/db.ts";', /through verbs/],
    ["app/page.tsx", 'import { x } from "#workers/runtime.ts";', /side by side/],
    ["components/a.tsx", 'import { x } from "#lib/datasets/service.ts";', /schemas/],
    ["components/a.tsx", 'const x = await import("#lib/http/server.tsx");', /browser's client/],
    ["lib/llm/a.ts", "const key = process.env.KEY;", /lib\/env\.ts/],
    ["workers/import.ts", 'new Worker("x");', /runtime\.ts/],
    ["lib/jobs/runs.ts", 'new Queue("x");', /queue\.ts/],
  ])("%s may not hold %s", (path, code, why) => {
    const found = breaches([file(path, "// first", code)]);
    expect(found[0]).toMatch(why);
    expect(found[0]).toMatch(new RegExp(`^${path}:2: `));
  });

  it.each([
    ["lib/savings/service.ts", 'import { x } from "#lib/projects/service.ts";'],
    ["lib/jobs/catalog.ts", 'import type { X } from "#lib/datasets/schema.ts";'],
    ["lib/datasets/service.ts", 'import { readFile } from "node:fs/promises";'],
    ["lib/datasets/a.db.test.ts", 'import { makeTeam } from "#lib/testing/factories.ts";'],
    ["app/page.tsx", 'import { Prefetch } from "#lib/http/server.tsx";'],
    ["components/a.tsx", 'import { x } from "#lib/datasets/schema.ts";'],
    ["lib/env.ts", "parseEnv(process.env);"],
    ["lib/core/a.ts", "// process.env is read in lib/env.ts"],
  ])("%s may hold %s", (path, code) => {
    expect(breaches([file(path, code)])).toEqual([]);
  });

  it("follows imports out of components until they reach a server", () => {
    const found = breaches([
      file("components/a.tsx", 'import { b } from "#lib/tasks/schema.ts";'),
      file("lib/tasks/schema.ts", 'import { c } from "./labels.ts";'),
      file("lib/tasks/labels.ts", 'import { createHash } from "node:crypto";'),
    ]);
    expect(found).toEqual([
      "components/a.tsx: reaches node:crypto, which no browser has: components/a.tsx > lib/tasks/schema.ts > lib/tasks/labels.ts",
    ]);
  });
});

it("reads imports over several lines, re-exports, side effects and type imports", () => {
  const text =
    'import {\n  a,\n  type B,\n} from "./a.ts";\nimport type { C } from "./c.ts";\nexport * from "./d.ts";\nimport "./e.css";';
  expect(importsOf(text).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
    ["./a.ts", false, 1],
    ["./c.ts", true, 5],
    ["./d.ts", false, 6],
    ["./e.css", false, 7],
  ]);
});
