/**
 * The import rules of lib/README.md, as one table. Biome finds import cycles; order and reach it cannot say in one place, so
 * this reads the imports itself. Type imports are erased before anything runs and are free, except where a rule says otherwise.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** An import of one file: what it names, and whether only types come over. */
type Import = { specifier: string; typeOnly: boolean; line: number };
/** A source file by its path from the root, with forward slashes. */
export type Source = { path: string; text: string };

/** Nouns in pipeline order: each may import those before it. */
const nouns = [
  "runs",
  "mails",
  "teams",
  "tokens",
  "projects",
  "tasks",
  "datasets",
  "quality",
  "teachers",
  "generation",
  "reviews",
  "finetunes",
  "students",
  "evaluations",
  "synthesis",
  "savings",
  "overview",
];
/** Below the nouns, above the core. They may use each other. */
const tools = ["jobs", "executors", "llm", "metrics", "recipes", "formats", "sources", "sample", "text"];

/** What only a server has; nothing that a component reaches may import it. */
const serverOnly =
  /^(node:|pg$|pg-|prisma|@prisma\/|bullmq|ioredis|undici|nodemailer|pino|prom-client|next-auth\/jwt|server-only)/;

/** Restricted words and the only files that may hold them. */
const words: { word: RegExp; only: RegExp; say: string }[] = [
  {
    // local.ts hands PATH and the like on to its jobs; NEXT_RUNTIME is replaced by the bundler; NEXTAUTH_URL is written for next-auth, which reads nothing else
    word: /\bprocess\.env\b(?!\.NEXT_RUNTIME|\.NEXTAUTH_URL = )/,
    only: /^(lib\/env\.ts$|lib\/testing\/|lib\/executors\/local\.ts$|scripts\/|e2e\/|[^/]+\.config\.ts$)/,
    say: "Settings are read in lib/env.ts.",
  },
  { word: /\bnew Worker\(/, only: /^workers\/runtime\.ts$/, say: "Only workers/runtime.ts makes queue workers." },
  { word: /\bnew Queue\(/, only: /^lib\/jobs\/queue\.ts$/, say: "Only lib/jobs/queue.ts makes queues." },
];

/** How far up a file stands; it may import its own level and below. */
function level(path: string): number {
  const [top = "", folder = ""] = path.split("/");
  if (top === "prisma" || path === "lib/env.ts" || path === "lib/format.ts") return 0;
  if (path === "lib/nav.ts" || (top === "lib" && folder === "core")) return 1;
  if (top === "lib" && tools.includes(folder)) return 2;
  if (top === "lib" && nouns.includes(folder)) return 3 + nouns.indexOf(folder);
  if (top === "lib" && folder === "http") return 50;
  if (top === "components") return 60;
  if (path.startsWith("scripts/bench/")) return 90; // starts the same stack as the browser tests
  if (top === "app" || top === "workers" || top === "scripts" || top === "proxy.ts") return 70;
  return 90; // lib/testing, e2e: may see everything
}

/** A noun, tool or top folder, within which relative imports may go up. */
function room(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("lib/") ? 2 : 1)
    .join("/");
}

/** Every breach of the rules, one line each: `path:line: what is wrong`. */
export function breaches(sources: readonly Source[]): string[] {
  const files = new Map(sources.map((source) => [source.path, importsOf(source.text)]));
  const found: string[] = [];
  for (const { path, text } of sources) {
    if (isTest(path)) continue;
    for (const { word, only, say } of words) {
      const line = text.split("\n").findIndex((code) => word.test(code) && !/^\s*(\*|\/\/|\/\*)/.test(code));
      if (line >= 0 && !only.test(path)) found.push(`${path}:${line + 1}: ${say}`);
    }
    for (const one of files.get(path) ?? []) {
      const problem = problemOf(path, one);
      if (problem !== null) found.push(`${path}:${one.line}: ${one.specifier}: ${problem}`);
    }
  }
  return [...found, ...serverReach(files)];
}

function problemOf(path: string, { specifier, typeOnly }: Import): string | null {
  const target = resolveImport(path, specifier);
  if (target === null || target.endsWith(".json")) return null;
  if (specifier.startsWith("../") && room(target) !== room(path)) return "Across folders imports begin with #.";
  if (target.startsWith("lib/testing/") || isTest(target))
    return level(path) < 90 ? "Only tests may import this." : null;
  const unknown = [path, target].find(
    (file) => file.startsWith("lib/") && level(file) === 90 && !file.startsWith("lib/testing/"),
  );
  if (unknown !== undefined) return `${dirname(unknown)} is in no layer: add it to scripts/lib/layers.ts.`;
  if (typeOnly) return null;
  if (level(target) > level(path)) return "A lower layer, or an earlier noun, does not import a later one.";
  if (
    level(path) === 70 &&
    level(target) === 70 &&
    path.split("/")[0] !== target.split("/")[0] &&
    !path.startsWith("scripts/")
  )
    return "app and workers stand side by side.";
  if (path.startsWith("app/") && (target === "lib/core/db.ts" || target.startsWith("prisma/")))
    return "Pages and routes reach the database through verbs.";
  if (path.startsWith("components/") && /^lib\/\w+\/service\.ts$|^lib\/http\/server\.tsx$/.test(target))
    return "Components see schemas and the browser's client.";
  return null;
}

/** Components, and everything that they import, must run in a browser: says by which way one reaches what does not. */
function serverReach(files: ReadonlyMap<string, Import[]>): string[] {
  const found: string[] = [];
  for (const start of files.keys()) {
    if (!start.startsWith("components/") || isTest(start)) continue;
    const cameFrom = new Map<string, string | null>([[start, null]]);
    for (const path of cameFrom.keys()) {
      for (const { specifier, typeOnly } of files.get(path) ?? []) {
        if (typeOnly) continue;
        const target = resolveImport(path, specifier);
        if (serverOnly.test(specifier) || target === "lib/env.ts" || target === "prisma/generated/client.ts")
          found.push(`${start}: reaches ${specifier}, which no browser has: ${wayTo(path, cameFrom).join(" > ")}`);
        else if (target !== null && !cameFrom.has(target)) cameFrom.set(target, path);
      }
    }
  }
  return found;
}

function wayTo(path: string, cameFrom: ReadonlyMap<string, string | null>): string[] {
  const before = cameFrom.get(path) ?? null;
  return before === null ? [path] : [...wayTo(before, cameFrom), path];
}

/** The file that an import means, from the root; null for a package. */
function resolveImport(from: string, specifier: string): string | null {
  if (specifier.startsWith("#")) return specifier.slice(1);
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : null;
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$|\.testing\.ts$|^e2e\//.test(path);
}

/** Static and dynamic imports and re-exports. Reads text, not syntax: a string that looks like an import would count. */
export function importsOf(text: string): Import[] {
  const pattern =
    /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\sfrom\s+)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? "",
    typeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/** All source files below `root`. */
export function readSources(root: string): Source[] {
  return globSync(["{app,components,e2e,lib,scripts,workers}/**/*.{ts,tsx}", "*.ts"], { cwd: root })
    .filter((path) => !path.endsWith(".d.ts"))
    .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(join(root, path), "utf8") }));
}
