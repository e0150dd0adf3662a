import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { formatCount, formatPercent } from "#lib/format.ts";
import type { VersionDetail } from "./version-detail.ts";

type SeenProps = {
  version: VersionDetail;
  filtered: boolean;
  count: { rows: number | null; exact: boolean } | null;
  counting: boolean;
};

/** How many rows there are, exactly or about, and how they are searched. */
export function Seen({ version, filtered, count, counting }: SeenProps) {
  const total = formatCount(version.rowCount);
  const words = !filtered
    ? `${total} rows`
    : count === null
      ? counting
        ? "Counting …"
        : ""
      : count.rows === null
        ? `some of ${total} rows`
        : `${formatCount(count.rows, { approximate: !count.exact })} of ${total} rows`;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span className="tnum" role="status">
        {words}
      </span>
      {version.large ? <Index version={version} /> : null}
    </span>
  );
}

function Index({ version }: { version: VersionDetail }) {
  if (version.searchableAt) {
    return (
      <span className="text-xs text-faint">
        searchable since <RelativeTime at={version.searchableAt} />
      </span>
    );
  }
  return (
    <Tooltip label="Until then a search looks at a part of the rows at a time and says how far it came.">
      <span>
        <Badge>index is being made</Badge>
      </span>
    </Tooltip>
  );
}

type SearchOnProps = { version: VersionDetail; searchedTo: number; pending: boolean; onMore: () => void };

/** A search without an index looks at a bounded part of a version at a time and says how far it came. */
export function SearchOn({ version, searchedTo, pending, onMore }: SearchOnProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 border-t p-3 text-sm text-muted">
      <Badge>{formatPercent(searchedTo / version.lastPosition, 0)}</Badge>
      <span className="tnum">
        Searched to row {formatCount(searchedTo)} of {formatCount(version.lastPosition)}.
      </span>
      <Button size="sm" pending={pending} onClick={onMore}>
        Search on
      </Button>
    </div>
  );
}
