"use client";

import clsx from "clsx";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import type { TokenPiece } from "#lib/datasets/tokens-schema.ts";
import { prepareChips } from "./prepare-pieces.ts";

const looks = {
  even: "bg-student-soft text-student",
  odd: "bg-hover text-ink",
  special: "border border-dashed border-line-strong text-muted font-mono text-xs",
};

const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 10, ArrowLeft: -1, ArrowUp: -10 };

/** Pieces of a text as chips in turn of two colours. The pointed or chosen one is told below; arrow keys go through them. */
export function TokenChips({ pieces, label }: { pieces: readonly TokenPiece[]; label: string }) {
  const chips = useMemo(() => prepareChips(pieces), [pieces]);
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const chosen = at === null ? undefined : chips[at];

  function onKey(event: KeyboardEvent) {
    const to =
      event.key === "Home" ? 0 : event.key === "End" ? chips.length - 1 : (at ?? -1) + (steps[event.key] ?? Number.NaN);
    if (Number.isNaN(to)) return;
    // The same keys go from row to row outside.
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(chips.length - 1, Math.max(0, to));
    setAt(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
  }

  return (
    <div>
      <div
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={chosen ? `${id}-${chosen.key}` : undefined}
        dir="auto"
        className="max-h-72 overflow-y-auto rounded-lg border bg-sunken p-3 text-sm leading-7 whitespace-pre-wrap [overflow-wrap:anywhere]"
        onKeyDown={onKey}
        onPointerOver={({ target }) => {
          const key = target instanceof Element ? target.closest<HTMLElement>("[data-chip]")?.dataset.chip : undefined;
          if (key !== undefined) setAt(Number(key));
        }}
        onFocus={() => setAt((before) => before ?? 0)}
      >
        {chips.map((chip) => (
          <span
            key={chip.key}
            id={`${id}-${chip.key}`}
            data-chip={chip.key}
            role="option"
            tabIndex={-1}
            aria-selected={chip.key === at}
            aria-label={chip.says}
            className={clsx(
              "rounded-sm box-decoration-clone px-0.5 py-0.5",
              looks[chip.look],
              chip.key === at && "outline-2 outline-accent",
            )}
          >
            <bdi>{chip.label}</bdi>
          </span>
        ))}
      </div>
      <p aria-live="polite" className="mt-1 min-h-8 text-xs break-words text-muted">
        <bdi>{chosen?.says ?? "Point at a piece, or use the arrow keys, to see its number."}</bdi>
      </p>
    </div>
  );
}
