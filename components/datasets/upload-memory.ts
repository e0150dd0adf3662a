import type { PreviousUpload, UrlStorage } from "tus-js-client";

/** A half sent file that this browser remembers. */
export type Unfinished = { key: string; fileName: string; bytes: number; url: string };

/** As long as the server keeps half an upload without a new byte. */
const keptMs = 24 * 3_600_000;

/** Of whom and whose project, so that one browser shared by two people mixes nothing up. */
function scopeOf(projectId: string, userId: string): string {
  return `stillhouse-${userId}-${projectId}-`;
}

/** Tells a file from others without reading it. */
export function fingerprintOf(projectId: string, userId: string, file: File): string {
  return `${scopeOf(projectId, userId)}${file.size}-${file.lastModified}-${file.name}`;
}

/** The latest one that the server still has. */
export function latest(uploads: readonly PreviousUpload[], now: number): PreviousUpload | null {
  const fresh = uploads.filter(({ creationTime }) => now - Date.parse(creationTime) < keptMs);
  return fresh.sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime))[0] ?? null;
}

/** What this person began in this project and has not finished, newest first. */
export async function unfinishedOf(
  storage: UrlStorage,
  projectId: string,
  userId: string,
  now: number,
): Promise<Unfinished[]> {
  const scope = scopeOf(projectId, userId);
  const all = (await storage.findAllUploads()).filter(({ urlStorageKey }) => urlStorageKey.includes(scope));
  const byFile = new Map<string, PreviousUpload[]>();
  for (const upload of all) {
    const file = upload.urlStorageKey.replace(/::\d+$/, "");
    byFile.set(file, [...(byFile.get(file) ?? []), upload]);
  }
  return [...byFile.values()].flatMap((uploads) => {
    const upload = latest(uploads, now);
    if (!upload?.uploadUrl) return [];
    const { urlStorageKey: key, uploadUrl: url, size, metadata } = upload;
    return [{ key, url, fileName: metadata.filename ?? "a file", bytes: size ?? 0 }];
  });
}
