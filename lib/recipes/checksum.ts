import { createHash } from "node:crypto";
import { AppError } from "#lib/core/errors.ts";

/** Hexadecimal sha256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Refuses a file whose size or checksum is not what its manifest says. @throws AppError INVALID */
export function verifyFile(
  name: string,
  found: { bytes: number; sha256: string },
  wanted: { bytes: number; sha256: string },
): void {
  if (found.bytes === wanted.bytes && found.sha256 === wanted.sha256) return;
  const what =
    found.bytes === wanted.bytes ? "its checksum differs" : `it has ${found.bytes} bytes, not ${wanted.bytes}`;
  throw new AppError("INVALID", `The file ${name} is not the one that was trained: ${what}.`, {
    where: name,
    todo: "Restore it from a backup, or train the student again.",
  });
}
