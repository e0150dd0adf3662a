"use client";

import dynamic from "next/dynamic";
import type { ComponentType } from "react";
import type { RunDetail } from "#lib/runs/schema.ts";

type RunPanel = ComponentType<{ run: RunDetail }>;

/**
 * What a kind of run shows besides what all have: streamed answers of a labelling run, rejected lines of an import. One line per
 * kind, loaded when such a run is opened: `dynamic(() => import("#components/<area>/run-panel.tsx").then((m) => m.RunPanel))`.
 */
const panels: Partial<Record<RunDetail["kind"], RunPanel>> = {
  generation: dynamic(() => import("#components/generation/run-panel.tsx").then((module) => module.RunPanel)),
  synthesis: dynamic(() => import("#components/synthesis/run-panel.tsx").then((module) => module.RunPanel)),
  finetune: dynamic(() => import("#components/finetunes/finetune-panel.tsx").then((module) => module.FinetunePanel)),
};

export function KindPanel({ run }: { run: RunDetail }) {
  const Panel = panels[run.kind];
  return Panel ? <Panel run={run} /> : null;
}
