import { spawn } from "node:child_process";
import { connect } from "node:net";
import { findProgram } from "./needs.ts";
import { freePort } from "./ports.ts";
import { waitUntil } from "./processes.ts";

/** A Redis of its own for a test run: free port, nothing kept on disk, no eviction. */
export async function startRedis(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const program = findProgram("redis-server");
  if (program === null) throw new Error("redis-server is missing. Install with: sudo apt-get install -y redis-server");
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--maxmemory-policy", "noeviction"];
  const child = spawn(program, [...flags, "--save", "", "--appendonly", "no"], { stdio: "ignore", detached: true });
  let gone = false;
  child.once("exit", () => (gone = true));
  if (!(await waitUntil(() => gone || opens(port), 10_000)) || gone) throw new Error("redis-server did not start.");
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGTERM");
      if (!(await waitUntil(() => gone, 3_000))) child.kill("SIGKILL");
    },
  };
}

function opens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}
