import type { Entry } from "./containers/container.ts";
import { isHidden, roleOf, splitOf } from "./members.ts";
import { storable } from "./storable.ts";
import type { Sniffed } from "./types.ts";

/** Most files of an archive that are looked at and listed. */
export const listedMembers = 2_000;

/**
 * Which files of an archive are read: those that the inspection chose, and data files behind what it has seen.
 * @returns for an entry: null to pass over it, else the side that its rows are on by the archive's own splits
 */
export function chooserOf(how: Sniffed): (entry: Entry) => { holdout: boolean | undefined } | null {
  const { ownSplits, members: only } = how.options;
  const listed = new Map(how.members.map((member) => [member.name, member]));
  return (entry) => {
    if (how.container === "gzip") return { holdout: undefined };
    if (entry.refused !== null || entry.bytes === 0) return null;
    const known = listed.get(storable(entry.name));
    if (known ? known.refused !== null : only !== undefined || !isData(entry.name)) return null;
    const split = known ? known.split : splitOf(entry.name);
    return { holdout: ownSplits ? split === "test" || split === "validation" : undefined };
  };
}

function isData(name: string): boolean {
  return !isHidden(name) && roleOf(name) === "data";
}
