"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useUrlState } from "#components/ui/url-state.ts";

/** Filters of the rows tab; absent ones are cleared. */
export type RowFilters = Partial<Record<"gold" | "student" | "teacher" | "correctness" | "view", string>>;

const cleared = { gold: null, student: null, teacher: null, correctness: null, q: null, order: null, sort: null };

/** The query patch that shows exactly these rows. */
export function rowsPatch(filters: RowFilters): Record<string, string | null> {
  return { ...cleared, tab: "rows", ...filters, view: filters.view === "answered" ? "answered" : null };
}

/** Leads from a figure to the rows it stands on. */
export function RowsLink({ filters, children }: { filters: RowFilters; children: ReactNode }) {
  const url = useUrlState();
  return (
    <Link
      href={url.hrefFor(rowsPatch(filters))}
      className="link tnum underline decoration-line-strong underline-offset-2"
    >
      {children}
    </Link>
  );
}
