import { AppError } from "#lib/core/errors.ts";
import type { Dataset, DatasetVersion } from "#prisma/generated/client.ts";

/** Rows are shown once all of them are there. @throws AppError CONFLICT */
export function refuseUnready(version: DatasetVersion & { dataset: Dataset }): void {
  if (version.state === "ready") return;
  const importing = version.state === "importing";
  throw new AppError(
    "CONFLICT",
    importing ? "This version is still being imported." : "The import of this version did not succeed.",
    {
      where: `${version.dataset.name} v${version.number}`,
      todo: importing ? "Wait for its run to finish." : "Look at its rejected rows, then import a corrected file.",
    },
  );
}
