import { spawn } from "node:child_process";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "#lib/core/errors.ts";

const keyPattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-a([1-9]\d{0,3})$/;
/** What `flock -n` is told to answer when somebody else holds the lock. */
const HELD = 99;

/** Splits `<runId>-a<attempt>`. Keys are made by the server; anything else is refused before it becomes a path. */
export function parseKey(key: string): { runId: string; attempt: number } {
  const [, runId, attempt] = keyPattern.exec(key) ?? [];
  if (runId && attempt) return { runId, attempt: Number(attempt) };
  throw new AppError("INTERNAL", "A job key is malformed.", { where: JSON.stringify(key).slice(0, 100) });
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Trimmed text of a small file; null when it is not there. */
export async function readSmall(file: string): Promise<string | null> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}

/** Writes beside the target and renames: the file is whole or absent, also after a crash. */
export async function writeWhole(
  target: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const temporary = `${target}.part`;
  const file = await open(temporary, "w", 0o600);
  try {
    for await (const chunk of chunks) await file.appendFile(chunk);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, target);
}

/** Whether any process still holds the lock: asked of the kernel, by trying to take it. */
export function lockHeld(lockFile: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = spawn("flock", ["-n", "-E", String(HELD), lockFile, "true"], { stdio: "ignore" });
    probe.on("error", (error) =>
      reject(
        new AppError("UPSTREAM", `flock cannot be run: ${error.message}`, {
          todo: "Install util-linux on this machine.",
        }),
      ),
    );
    probe.on("exit", (code) => resolve(code === HELD));
  });
}

/** Asks again and again until the answer is yes. @returns whether it was yes within the time */
export async function until(ask: () => Promise<boolean>, withinMs: number, everyMs = 25): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (await ask()) return true;
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
