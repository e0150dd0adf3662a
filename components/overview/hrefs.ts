import { stepHref } from "#components/projects/stage-track.tsx";
import type { TrackStep } from "#lib/overview/schema.ts";

/** The page of a step of the track. */
export function trackHref(projectId: string, step: TrackStep): string {
  return step === "savings" ? `/projects/${projectId}/savings` : stepHref(projectId, step);
}
