import type { z } from "zod";
import { Run, type runList } from "#lib/runs/schema.ts";

type Input = z.input<(typeof runList)["input"]>;

const states = ["active", ...Run.shape.state.options] as const;
const kinds = Run.shape.kind.options;
const pageSize = 50;

/** The list's question from the address; what is not understood is left out, so that an old link still opens. */
export function runListInput(get: (key: string) => string): Input {
  const state = states.find((each) => each === get("state"));
  const kind = kinds.find((each) => each === get("kind"));
  const projectId = /^[0-9a-f-]{36}$/.test(get("project")) ? get("project") : undefined;
  return {
    limit: pageSize,
    ...(state ? { state } : {}),
    ...(kind ? { kind } : {}),
    ...(projectId ? { projectId } : {}),
    ...(get("cursor") ? { cursor: get("cursor") } : {}),
  };
}
