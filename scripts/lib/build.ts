import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./environment.ts";

/** What a production build is made of. Tests do not count. */
const sources = [
  "{app,components,lib,public,prisma/schema}/**/*",
  "{package-lock.json,tsconfig.json,next.config.ts,postcss.config.mjs,proxy.ts,instrumentation.ts}",
];

/** sha256 over names and contents of everything that the build reads. */
export function sourceHash(root = ROOT): string {
  const hash = createHash("sha256");
  const files = globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort())
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

const stamp = join(ROOT, ".next/stillhouse-build");

/** Runs `next build` unless the last one was made of the same sources. @returns whether it built */
export async function buildWeb(print: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
  const hash = sourceHash();
  if (readOr(stamp, "") === hash) return false;
  print("Building the web part ...");
  const next = join(ROOT, "node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  child.on("error", () => {}); // being stopped; "exit" follows
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  const status = await new Promise<number | null>((done) => child.once("exit", done));
  if (status !== 0) throw new Error(`next build failed:\n${output.slice(-4000).trim()}`);
  writeFileSync(stamp, hash);
  return true;
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
