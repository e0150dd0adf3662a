"use client";

import Link from "next/link";
import { formatCount, formatPercent } from "#lib/format.ts";
import type { ConfusedPair } from "./prepare-confusion.ts";

/** More than these are in the table view. */
const listed = 8;

type ConfusedPairsProps = { pairs: readonly ConfusedPair[]; hrefFor: (gold: string, predicted: string) => string };

/** What is taken for what, worst first; each opens its rows. */
export function ConfusedPairs({ pairs, hrefFor }: ConfusedPairsProps) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 text-xs font-medium text-muted">Most often confused</h3>
      {pairs.length === 0 ? <p className="text-sm text-muted">Nothing: every row is right.</p> : null}
      <ol>
        {pairs.slice(0, listed).map((pair) => (
          <li key={`${pair.gold}\n${pair.predicted}`} className="border-b last:border-b-0">
            <Link
              href={hrefFor(pair.gold, pair.predicted)}
              className="flex items-center gap-3 rounded-sm px-1 py-1 hover:bg-hover"
            >
              <span className="min-w-0 flex-1 font-mono text-xs">
                <span className="block truncate">{pair.gold}</span>
                <span className="block truncate text-muted">→ {pair.predicted}</span>
              </span>
              <span className="tnum text-right text-xs">
                {formatCount(pair.count)}
                <span className="block text-muted">{formatPercent(pair.share, 0)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
