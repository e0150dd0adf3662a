"use client";

import Link from "next/link";
import type { ReactNode } from "react";

/** The rows behind a figure of a review, as filters of its list. */
export function RowsLink({ filter, children }: { filter: Record<string, string>; children: ReactNode }) {
  return (
    <Link
      href={`?${new URLSearchParams({ tab: "rows", ...filter })}`}
      className="rounded-sm decoration-line-strong underline-offset-4 hover:underline"
    >
      {children}
    </Link>
  );
}
