"use client";

import clsx from "clsx";
import { Check, X } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { formatPercent } from "#lib/format.ts";
import type { Prediction } from "#lib/students/schema.ts";
import { shownLabel } from "./words.ts";

/** The answer, how sure, the runners-up, and what spoke for it. */
export function Answer({ prediction, gold }: { prediction: Prediction; gold: string | null }) {
  const { label, top, latencyMs, explanation } = prediction;
  const right = gold === null ? null : gold === label;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <bdi className="min-w-0 font-mono text-lg font-semibold break-all">{shownLabel(label)}</bdi>
        <span className="tnum text-sm text-muted">
          {formatPercent(prediction.confidence)} sure ·{" "}
          {latencyMs < 0.1 ? "under 0.1 ms" : `${latencyMs.toFixed(1)} ms`} in process
        </span>
        {right === null ? null : (
          <Badge tone={right ? "good" : "bad"} icon={right ? <Check aria-hidden /> : <X aria-hidden />}>
            {right ? "as gold says" : "gold differs"}
          </Badge>
        )}
      </div>
      <Bars top={top} gold={gold} />
      {explanation ? <Why explanation={explanation} /> : null}
    </div>
  );
}

function Bars({ top, gold }: { top: Prediction["top"]; gold: string | null }) {
  return (
    <ol className="space-y-1.5" aria-label="Most likely labels">
      {top.map(({ label, probability }) => (
        <li
          key={label}
          className="grid grid-cols-[minmax(0,1fr)_4rem] items-center gap-x-3 gap-y-0.5 text-sm sm:grid-cols-[minmax(0,16rem)_minmax(0,1fr)_4rem]"
        >
          <bdi
            className={clsx("truncate font-mono text-xs", label === gold && "text-gold")}
            title={label === gold ? `${label} (gold)` : label}
          >
            {shownLabel(label)}
          </bdi>
          <span
            aria-hidden
            className="order-3 col-span-2 h-2 overflow-hidden rounded-full bg-sunken sm:order-none sm:col-span-1"
          >
            <span className="block h-full rounded-full bg-student-mark" style={{ width: `${100 * probability}%` }} />
          </span>
          <span className="tnum text-right text-xs">{formatPercent(probability)}</span>
        </li>
      ))}
    </ol>
  );
}

const WORDS = 200;

function Why({ explanation }: { explanation: NonNullable<Prediction["explanation"]> }) {
  const { words, features } = explanation;
  if (features.length === 0) {
    return (
      <p className="text-sm text-attention">
        Not a single known n-gram in this input: the answer is just the most common label.
      </p>
    );
  }
  // a text may repeat its words: their place tells them apart
  const placed = words.slice(0, WORDS).map((word, id) => ({ ...word, id }));
  const strongest = Math.max(...words.map(({ score }) => Math.abs(score)), 1e-9);
  return (
    <div>
      <h4 className="text-sm font-medium">Which words spoke for it?</h4>
      <p className="mt-1.5 max-h-40 overflow-y-auto leading-7 break-words">
        {placed.map(({ id, text, score }) => (
          <span key={id}>
            <Mark text={text} score={score} share={Math.abs(score) / strongest} />{" "}
          </span>
        ))}
        {words.length > WORDS ? <span className="text-faint">… {words.length - WORDS} more words</span> : null}
      </p>
      <p className="mt-1 text-xs text-muted">
        Teal with a line below speaks for the answer, red and dotted against it; the stronger, the more. Exact: the
        score of a linear model is the sum of these.
      </p>
      <details className="mt-2 text-sm">
        <summary className="cursor-pointer text-muted hover:text-ink">Strongest n-grams</summary>
        <ul className="mt-2 flex flex-wrap gap-1.5">
          {features.map(({ text, kind, score }) => (
            <li
              key={`${kind}-${text}`}
              className="tnum rounded bg-sunken px-1.5 py-0.5 font-mono text-xs whitespace-pre"
            >
              {text.replace(/^ | $/g, "·")}{" "}
              <span className={score >= 0 ? "text-student" : "text-bad"}>{signed(score)}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Mark({ text, score, share }: { text: string; score: number; share: number }) {
  const percent = Math.round(share * 55);
  const colour = score >= 0 ? "var(--student-mark)" : "var(--bad-mark)";
  const strong = share > 0.08;
  return (
    <mark
      title={signed(score)}
      className={clsx(
        "rounded-sm bg-transparent px-0.5 text-ink",
        strong && "border-b-2",
        strong && (score >= 0 ? "border-student-mark" : "border-dotted border-bad-mark"),
      )}
      style={{ backgroundColor: strong ? `color-mix(in oklab, ${colour} ${percent}%, transparent)` : undefined }}
    >
      {text}
    </mark>
  );
}

function signed(score: number): string {
  return `${score >= 0 ? "+" : "−"}${Math.abs(score).toFixed(2)}`;
}
