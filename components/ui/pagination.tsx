"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { useUrlState } from "./url-state.ts";

type PaginationProps = {
  nextCursor: string | null | undefined;
  /** what is counted, such as "about 1.2 M rows" */
  count?: ReactNode;
  /** words of the two directions: by default of a list with the newest first */
  labels?: { back: string; next: string };
};

/**
 * Keyset pages in the URL: `cursor` is the page, `back` the cursors before it (joined by `~`), so that
 * Back works after a refresh too.
 */
export function Pagination({ nextCursor, count, labels = { back: "Newer", next: "Older" } }: PaginationProps) {
  const url = useUrlState();
  const cursor = url.get("cursor");
  const back = url.params.has("back") ? url.get("back").split("~") : [];
  if (!cursor && !nextCursor && !count) return null;
  return (
    <nav aria-label="Pages" className="no-print flex items-center justify-between gap-3 px-4 py-2 text-sm text-muted">
      <span className="tnum">{count}</span>
      {cursor || nextCursor ? (
        <span className="flex gap-2">
          <Button
            size="sm"
            icon={<ChevronLeft aria-hidden />}
            disabled={!cursor}
            onClick={() => url.set({ cursor: back.at(-1) ?? "", back: back.slice(0, -1).join("~") }, { push: true })}
          >
            {labels.back}
          </Button>
          <Button
            size="sm"
            disabled={!nextCursor}
            onClick={() =>
              url.set({ cursor: nextCursor, back: cursor ? [...back, cursor].join("~") : "" }, { push: true })
            }
          >
            {labels.next}
            <ChevronRight aria-hidden />
          </Button>
        </span>
      ) : null}
    </nav>
  );
}
