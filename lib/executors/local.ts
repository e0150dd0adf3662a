import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { AppError } from "#lib/core/errors.ts";
import { verifyFile } from "#lib/recipes/checksum.ts";
import { MANIFEST_FILE, type Manifest, parseManifest } from "#lib/recipes/manifest.ts";
import type { ArtifactSink, Executor, JobStatus, JobSubmission, Preflight } from "./executor.ts";
import { runFiles } from "./protocol.ts";
import { exists, lockHeld, parseKey, readSmall, until, writeWhole } from "./run-directory.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const READ_BYTES = 1024 * 1024;
const LEAST_FREE_BYTES = 500 * 1024 * 1024;
/** How long a started launcher may take to show itself, and a killed group to vanish. */
const APPEAR_MS = 10_000;
const VANISH_MS = 10_000;
/** The job gets nothing of our environment that could hold a secret. */
const passedOn = ["PATH", "HOME", "LANG", "TMPDIR"] as const;

/** Jobs on this machine: a detached process in its own group that outlives the worker. @param root folder of run directories */
export function localExecutor(root: string): Executor {
  const directory = (key: string) => path.resolve(root, parseKey(key).runId);
  const file = (key: string, name: string) => path.join(directory(key), name);
  const lock = (key: string) => file(key, "lock");

  async function statusOf(key: string): Promise<JobStatus> {
    const engineId = await readSmall(file(key, `started-${key}`));
    if (engineId === null) return { state: "unknown" };
    const ended = async (): Promise<JobStatus | null> => {
      if (await exists(file(key, `cancelled-${key}`))) return { state: "cancelled", engineId };
      const code = await readSmall(file(key, `exit-${key}`));
      return code === null ? null : { state: "exited", exitCode: Number(code), engineId };
    };
    const before = await ended();
    if (before) return before;
    if (await lockHeld(lock(key))) return { state: "running", engineId };
    // It may have ended between the two looks. The kernel's word about the lock is final, so one "lost" is proof enough here.
    return (await ended()) ?? { state: "lost", engineId };
  }

  async function submit({ spec, program, files }: JobSubmission): Promise<{ engineId: string; created: boolean }> {
    const { key } = spec;
    const known = await statusOf(key);
    if (known.engineId !== undefined) return { engineId: known.engineId, created: false };
    await mkdir(directory(key), { recursive: true, mode: 0o700 });
    for (const [name, opened] of Object.entries(files)) {
      if (!(await exists(file(key, name)))) await writeWhole(file(key, name), opened());
    }
    await writeWhole(file(key, runFiles.job), [Buffer.from(JSON.stringify(spec))]);
    await start(key, program);
    const seen = await until(() => exists(file(key, `started-${key}`)), APPEAR_MS);
    const engineId = await readSmall(file(key, `started-${key}`));
    if (!seen || engineId === null) {
      throw new AppError("UPSTREAM", "The training process did not start.", {
        where: key,
        todo: "Another attempt may still hold the run directory; it is tried again.",
      });
    }
    return { engineId, created: true };
  }

  async function start(key: string, program: string): Promise<void> {
    const output = await open(file(key, runFiles.stdout), "a", 0o600);
    try {
      const launcher = path.join(repository, "lib/executors/launch.sh");
      const command = [process.execPath, path.join(repository, program), directory(key)];
      // -F: flock becomes the launcher, so that the process group's leader is the launcher itself.
      const child = spawn("flock", ["-n", "-F", lock(key), "/bin/sh", launcher, directory(key), key, ...command], {
        detached: true,
        cwd: repository,
        stdio: ["ignore", output.fd, output.fd],
        env: Object.fromEntries(passedOn.map((name) => [name, process.env[name]])) as NodeJS.ProcessEnv,
      });
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", (error) =>
          reject(new AppError("UPSTREAM", `The training process cannot be started: ${error.message}`, { where: key })),
        );
      });
      child.unref();
    } finally {
      await output.close();
    }
  }

  async function cancel(key: string, graceSec: number): Promise<void> {
    const { state, engineId } = await statusOf(key);
    if (state === "running" && engineId !== undefined) {
      const group = Number(engineId);
      const gone = async () => !(await lockHeld(lock(key)));
      signalGroup(group, "SIGTERM");
      if (!(await until(gone, graceSec * 1000, 50))) {
        signalGroup(group, "SIGKILL");
        if (!(await until(gone, VANISH_MS))) {
          throw new AppError("UPSTREAM", "The training process does not end.", { where: `process group ${group}` });
        }
      }
    }
    const final = await statusOf(key);
    if (final.state === "lost" || final.state === "exited") await writeWhole(file(key, `cancelled-${key}`), []);
  }

  async function collect(key: string, sink: ArtifactSink): Promise<Manifest> {
    const folder = file(key, runFiles.artifacts);
    const text = await readFile(path.join(folder, MANIFEST_FILE), "utf8").catch(() => {
      throw new AppError("INVALID", "The training left no manifest.", { where: key, todo: "Train again." });
    });
    const manifest = parseManifest(text);
    for (const wanted of manifest.files) await sink(wanted.name, verified(path.join(folder, wanted.name), wanted));
    await sink(MANIFEST_FILE, once(Buffer.from(text)));
    return manifest;
  }

  return {
    name: "local",
    check: () => check(root),
    submit,
    async status(keys) {
      return new Map(await Promise.all(keys.map(async (key) => [key, await statusOf(key)] as const)));
    },
    read: (key, stream, offset) => readFrom(file(key, runFiles[stream]), offset, stream === "events"),
    cancel,
    collect,
    async cleanup(key) {
      if (await lockHeld(lock(key)).catch(() => false)) {
        throw new AppError("CONFLICT", "The run directory is still in use.", { where: key });
      }
      await rm(directory(key), { recursive: true, force: true });
    },
  };
}

/** No such process means that it ended in the meantime. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function readFrom(
  target: string,
  offset: number,
  wholeLines: boolean,
): Promise<{ bytes: Buffer; nextOffset: number }> {
  const handle = await open(target, "r").catch(() => null);
  if (handle === null) return { bytes: Buffer.alloc(0), nextOffset: offset };
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, offset);
    let end = bytesRead;
    if (wholeLines) {
      end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
      // One line longer than a whole read is none of ours: step over it rather than wait for ever.
      if (end === 0 && bytesRead === READ_BYTES) return { bytes: Buffer.alloc(0), nextOffset: offset + bytesRead };
    }
    return { bytes: buffer.subarray(0, end), nextOffset: offset + end };
  } finally {
    await handle.close();
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The file's bytes; throws after the last one when they are not what the manifest says. */
async function* verified(
  target: string,
  wanted: { name: string; bytes: number; sha256: string },
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(target) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  verifyFile(wanted.name, { bytes, sha256: hash.digest("hex") }, wanted);
}

async function check(root: string): Promise<Preflight[]> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const space = await statfs(root);
  const free = space.bavail * space.bsize;
  const flock = await lockHeld(path.join(root, ".preflight")).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : "flock cannot be run"),
  );
  return [
    { name: "flock", ok: flock === null, message: flock ?? "flock is there" },
    { name: "disk", ok: free >= LEAST_FREE_BYTES, message: `${Math.round(free / 1e6)} MB free for run directories` },
  ];
}
