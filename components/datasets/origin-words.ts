import type { ChangeCounts, VersionOrigin } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";

/** How a version came about. */
export const originWords: Record<VersionOrigin, string> = {
  import: "Imported",
  edit: "Edited",
  filter: "Changed by a filter",
  label: "Answers taken as gold",
  fix: "Findings put right",
  review: "Reviewed",
  synthesis: "Rows synthesised",
};

/** "+12 −3 ~40": rows added, removed and changed. */
export function deltaWords({ added, removed, changed }: Pick<ChangeCounts, "added" | "removed" | "changed">): string {
  const parts = [
    added > 0 && `+${formatCount(added)}`,
    removed > 0 && `−${formatCount(removed)}`,
    changed > 0 && `~${formatCount(changed)}`,
  ].filter(Boolean);
  return parts.length === 0 ? "no change" : parts.join(" ");
}
