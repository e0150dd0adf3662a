"use client";

import clsx from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ComponentProps, KeyboardEvent, ReactNode } from "react";
import { useUrlState } from "./url-state.ts";

/** j/k and arrows move between rows marked `data-row`; Enter opens the row's first link or button; x its checkbox. */
export function moveRows(event: KeyboardEvent<HTMLElement>) {
  const target = event.target as HTMLElement;
  if (target.matches("input, textarea, select, [contenteditable]") || event.metaKey || event.ctrlKey || event.altKey)
    return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row.contains(target));
  const step =
    event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : 0;
  if (step !== 0) {
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  } else if (event.key === "Enter" && at !== -1 && target === rows[at]) {
    target.querySelector<HTMLElement>("a[href], button:not(:disabled, [role=checkbox])")?.click();
  } else if (event.key === "x" && at !== -1) {
    rows[at]?.querySelector<HTMLElement>("[role=checkbox]")?.click();
  }
}

type TableProps = {
  /** what the table holds, for screen readers */
  label: string;
  children: ReactNode;
  /** 28 px rows */
  compact?: boolean;
  className?: string;
  /** height of the scroll box, such as "24rem"; else the page scrolls */
  maxHeight?: string;
};

/** Dense table: 36 px rows, sticky header, rows by keyboard (j/k, Enter, x). Wide ones scroll inside their own box. */
export function Table({ label, children, compact = false, className, maxHeight }: TableProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable; j and k start from here
      tabIndex={0}
      onKeyDown={moveRows}
      className={clsx("relative overflow-auto rounded-[inherit] focus-visible:outline-offset-[-2px]", className)}
      style={{ maxHeight }}
    >
      <table aria-label={label} className="w-full border-collapse text-sm" data-compact={compact || undefined}>
        {children}
      </table>
    </section>
  );
}

export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead className="sticky top-0 z-10 bg-surface shadow-[inset_0_-1px_0_var(--line)]">
      <tr>{children}</tr>
    </thead>
  );
}

type ThProps = ComponentProps<"th"> & {
  /** figures: right-aligned */
  numeric?: boolean;
  /** unit behind the name, dimmed */
  unit?: string;
  /** makes it sortable through the URL (`sort=key` or `sort=-key`) */
  sortKey?: string;
  /** direction of the first click; figures usually start with the largest */
  firstSort?: "asc" | "desc";
};

export function Th({
  numeric = false,
  unit,
  sortKey,
  firstSort = numeric ? "desc" : "asc",
  className,
  children,
  ...rest
}: ThProps) {
  const text = (
    <>
      {children}
      {unit ? <span className="ml-1 font-normal text-faint">{unit}</span> : null}
    </>
  );
  return (
    <th
      scope="col"
      className={clsx(
        "h-8 px-3 text-xs font-medium whitespace-nowrap text-muted first:pl-4 last:pr-4",
        numeric ? "text-right" : "text-left",
        className,
      )}
      {...rest}
    >
      {sortKey ? (
        <SortButton sortKey={sortKey} firstSort={firstSort} numeric={numeric}>
          {text}
        </SortButton>
      ) : (
        text
      )}
    </th>
  );
}

type SortButtonProps = { sortKey: string; firstSort: "asc" | "desc"; numeric: boolean; children: ReactNode };

function SortButton({ sortKey, firstSort, numeric, children }: SortButtonProps) {
  const url = useUrlState();
  const sort = url.get("sort");
  const now = sort === sortKey ? "asc" : sort === `-${sortKey}` ? "desc" : null;
  const next = now === null ? firstSort : now === "asc" ? "desc" : "asc";
  const Arrow = now === "asc" ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      onClick={() => url.set({ sort: next === "asc" ? sortKey : `-${sortKey}` })}
      className={clsx(
        "group inline-flex items-center gap-1 rounded-sm hover:text-ink",
        numeric && "flex-row-reverse",
        now && "text-ink",
      )}
    >
      {children}
      <Arrow aria-hidden className={clsx("size-3", now ? "opacity-100" : "opacity-0 group-hover:opacity-50")} />
      <span className="sr-only">
        {now === null ? "" : now === "asc" ? ", sorted ascending" : ", sorted descending"}
      </span>
    </button>
  );
}

type TrProps = ComponentProps<"tr"> & { selected?: boolean };

/** A row of the body, reachable by keyboard. */
export function Tr({ selected, className, ...rest }: TrProps) {
  return (
    <tr
      data-row=""
      tabIndex={-1}
      aria-selected={selected}
      className={clsx(
        "border-b last:border-b-0 hover:bg-hover/60 focus:bg-accent-soft focus:outline-none focus-visible:shadow-[inset_2px_0_0_var(--accent)] aria-selected:bg-accent-soft",
        className,
      )}
      {...rest}
    />
  );
}

type TdProps = ComponentProps<"td"> & { numeric?: boolean; mono?: boolean };

export function Td({ numeric = false, mono = false, className, ...rest }: TdProps) {
  return (
    <td
      className={clsx(
        "h-9 px-3 py-1 align-middle first:pl-4 last:pr-4 in-data-compact:h-7 in-data-compact:py-0",
        numeric && "text-right whitespace-nowrap",
        mono && "font-mono text-xs",
        className,
      )}
      {...rest}
    />
  );
}
