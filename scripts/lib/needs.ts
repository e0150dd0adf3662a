import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs that the PATH (and the usual folders of administrators) holds. */
export function findProgram(...names: string[]): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin", "/usr/local/bin"];
  for (const name of names)
    for (const folder of folders) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not there
      }
    }
  return null;
}

/** A browser that Playwright can drive; its own download is not needed. */
export function findChromium(): string | null {
  return process.env.CHROMIUM_PATH ?? findProgram("chromium", "chromium-browser", "google-chrome");
}

/**
 * Installs what tests need from Debian, where we are root or sudo asks no password.
 * @throws Error that says exactly what to install, where we may not
 */
export function ensurePrograms(needed: { redis: boolean; chromium: boolean }): void {
  const missing = [
    ...(needed.redis && findProgram("redis-server") === null ? ["redis-server"] : []),
    ...(needed.chromium && findChromium() === null ? ["chromium"] : []),
  ];
  if (missing.length === 0) return;
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...missing];
  const root = process.getuid?.() === 0 ? [] : sudo();
  if (root === null || findProgram("apt-get") === null)
    throw new Error(`These tests need ${missing.join(" and ")}. Install with: sudo ${command.join(" ")}`);
  console.log(`Installing ${missing.join(" and ")} ...`);
  const run = ([file = "", ...args]: string[]) =>
    execFileSync(file, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  run([...root, "apt-get", "update", "-qq"]);
  // the package would start a server of its own on the default port; tests start theirs
  run([...root, "env", "RUNLEVEL=1", ...command, "-qq"]);
}

function sudo(): string[] | null {
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;
}
