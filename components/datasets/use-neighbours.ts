"use client";

import { type Row, versionRows } from "#lib/datasets/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";

type Neighbours = { before: number | null; after: number | null };

/** The rows around one: in the list that is shown where it stands there among others, else in the version. Positions have gaps. */
export function useNeighbours(
  datasetVersionId: string,
  position: number,
  listed: readonly Pick<Row, "position">[],
): Neighbours {
  const at = listed.findIndex((row) => row.position === position);
  const alone = at < 0 || listed.length === 1;
  const ask = { datasetVersionId, cursor: String(position), limit: 1 };
  const options = { enabled: alone, staleTime: Number.POSITIVE_INFINITY };
  const before = useEndpoint(versionRows, { ...ask, sort: "-position" }, options);
  const after = useEndpoint(versionRows, { ...ask, sort: "position" }, options);
  if (!alone) {
    return { before: listed[at - 1]?.position ?? null, after: listed[at + 1]?.position ?? null };
  }
  return {
    before: before.data?.items[0]?.position ?? null,
    after: after.data?.items[0]?.position ?? null,
  };
}
