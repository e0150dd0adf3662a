import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";

type SmallDisk = {
  dir: string;
  /** leaves so many bytes */
  fill(left: number): void;
  /** gives back what `fill` took */
  free(): void;
  remove(): void;
};

/** Why a disk of a test's own cannot be had here, or null. */
export const noDisks: string | null =
  process.platform === "linux" && process.getuid?.() === 0 ? tryMount() : "only root may mount a small disk";

function tryMount(): string | null {
  try {
    smallDisk(1).remove();
    return null;
  } catch {
    return "mounting is not allowed here";
  }
}

/** A real disk of so many MB, in memory. @throws Error where mounting is not allowed */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), "stillhouse-disk-"));
  // PostgreSQL, which runs as somebody else, must get through
  chmodSync(folder, 0o755);
  const dir = path.join(folder, "disk");
  mkdirSync(dir);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", dir], { stdio: "ignore" });
  const ballast = path.join(dir, "ballast");
  return {
    dir,
    fill(left) {
      const { bavail, bsize } = statfsSync(dir);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync("umount", ["--lazy", dir]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Makes a database that lies on a disk with everything but the log of the server. Null where the server runs elsewhere. */
export async function databaseOn(
  disk: SmallDisk,
  { serverUrl, template }: { serverUrl: string; template: string },
): Promise<{ url: string; drop(): Promise<void> } | null> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  const { rows } = await admin.query<{ data_directory: string }>("SHOW data_directory");
  const data = rows[0]?.data_directory ?? "";
  if (!existsSync(data)) {
    await admin.end();
    return null;
  }
  const place = path.join(disk.dir, "postgres");
  mkdirSync(place, { mode: 0o700 });
  const { uid, gid } = statSync(data);
  chownSync(place, uid, gid);
  const name = `${template}_${path.basename(path.dirname(disk.dir)).replaceAll(/\W/g, "_").toLowerCase()}`;
  await admin.query(`CREATE TABLESPACE ${name} LOCATION '${place}'`);
  // Two clones of one template at a time are refused; the lock makes them wait for each other.
  await admin.query("SELECT pg_advisory_lock(4242)");
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} TABLESPACE ${name}`);
  await admin.query("SELECT pg_advisory_unlock(4242)");
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    async drop() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.query(`DROP TABLESPACE ${name}`);
      await admin.end();
    },
  };
}
