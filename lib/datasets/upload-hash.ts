import { createHash, type Hash } from "node:crypto";
import { readStorage } from "#lib/core/storage.ts";

/** Hashes of uploads that this process receives, as far as it saw them from their first byte on without a gap. */
const running = new Map<string, { at: number; sha: Hash }>();
const mostRunning = 1_000;

/** The hash to go on with at `offset`; null where this process has not seen all before it. Taken out until `keepHash`. */
export function takeHash(id: string, offset: number): Hash | null {
  const known = running.get(id);
  running.delete(id);
  if (offset === 0) return createHash("sha256");
  return known?.at === offset ? known.sha : null;
}

/** @param at bytes that it covers, all of them written */
export function keepHash(id: string, at: number, sha: Hash): void {
  const [oldest] = running.size >= mostRunning ? running.keys() : [];
  if (oldest !== undefined) running.delete(oldest);
  running.set(id, { at, sha });
}

/** sha256 of a complete upload: as it came in, else read again from the file. */
export async function hashOf(id: string, storageKey: string, bytes: number): Promise<string> {
  const seen = takeHash(id, bytes);
  if (seen && bytes > 0) return seen.digest("hex");
  const sha = createHash("sha256");
  for await (const chunk of readStorage(storageKey)) sha.update(chunk as Buffer);
  return sha.digest("hex");
}
