"use client";

import clsx from "clsx";
import { useLayoutEffect, useRef, useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import { findLabels } from "./fuzzy.ts";

type FinderProps = {
  labels: readonly string[];
  /** what was typed already; null: closed */
  typed: string | null;
  current: string | null;
  onPick: (label: string) => void;
  onClose: () => void;
};

/** Finds one of many labels by typing; Enter takes the first. */
export function LabelFinder({ labels, typed, current, onPick, onClose }: FinderProps) {
  return (
    <Dialog open={typed !== null} onOpenChange={(open) => !open && onClose()} title="Which label is right?">
      {typed === null ? null : <Finder key={typed} labels={labels} start={typed} current={current} onPick={onPick} />}
    </Dialog>
  );
}

type Props = Pick<FinderProps, "labels" | "current" | "onPick"> & { start: string };

function Finder({ labels, start, current, onPick }: Props) {
  const [text, setText] = useState(start);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  // In the same frame as the key that opened it: the next letter is typed into it, behind what stands there.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(start.length, start.length);
  }, [start]);
  const found = findLabels(labels, text, 50);
  const chosen = found[Math.min(at, found.length - 1)];
  return (
    <div>
      <input
        ref={field}
        role="combobox"
        aria-label="Find a label"
        aria-expanded
        aria-controls="review-labels"
        aria-activedescendant={chosen === undefined ? undefined : `review-label-${found.indexOf(chosen)}`}
        placeholder="Type a part of it …"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
          else if (event.key === "Enter" && chosen !== undefined) onPick(chosen);
          else return;
          event.preventDefault();
        }}
        className="control"
      />
      <div id="review-labels" role="listbox" aria-label="Labels" className="mt-2 max-h-72 overflow-y-auto">
        {found.map((label, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys
          <div
            key={label}
            id={`review-label-${index}`}
            role="option"
            aria-selected={label === chosen}
            onClick={() => onPick(label)}
            tabIndex={-1}
            className={clsx(
              "flex min-h-10 cursor-default items-center justify-between gap-2 rounded-md px-2 py-1 break-all sm:min-h-8",
              label === chosen ? "bg-hover" : "hover:bg-hover/60",
            )}
          >
            <bdi>{label}</bdi>
            {label === current ? <span className="shrink-0 text-xs text-muted">as it is</span> : null}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="px-2 py-3 text-sm text-muted">No label is like this.</p> : null}
    </div>
  );
}
