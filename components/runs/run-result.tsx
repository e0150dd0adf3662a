"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { formatCount, formatDuration, formatFigure, formatMoney } from "#lib/format.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { humanize, producedBy } from "./words.ts";

/** What came out, in figures, and where it leads. */
export function RunResult({ run }: { run: RunDetail }) {
  if (!run.result) return null;
  const facts = Object.entries(run.result).flatMap(([key, value]) => {
    if (key.endsWith("Id") || (typeof value !== "number" && typeof value !== "string")) return [];
    return [[humanize(key.replace(/(Micros|Ms)$/, "")), figureOf(key, value)] as const];
  });
  return (
    <Card title="What it produced">
      <ul className="mb-3 grid gap-2 sm:grid-cols-2 lg:grid-cols-1">
        {producedBy(run).map((link) => (
          <li key={link.href}>
            <Link href={link.href} className="flex items-center gap-3 rounded-md border px-3 py-2 hover:bg-hover">
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{link.label}</span>
                <span className="block text-xs text-muted">{link.hint}</span>
              </span>
              <ArrowRight aria-hidden className="size-4 shrink-0 text-faint" />
            </Link>
          </li>
        ))}
      </ul>
      <KeyValue items={facts} />
    </Card>
  );
}

function figureOf(key: string, value: string | number): string {
  if (typeof value === "string") return value;
  if (key.endsWith("Micros")) return formatMoney(value);
  if (key.endsWith("Ms")) return formatDuration(value);
  return Number.isInteger(value) ? formatCount(value) : formatFigure(value);
}
