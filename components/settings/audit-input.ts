import type { z } from "zod";
import { auditList } from "#lib/teams/audit-schema.ts";

const filterKeys = ["action", "userId", "targetId", "from", "to", "cursor"] as const;
type Input = z.input<typeof auditList.input>;

/** The list's input as the URL holds it; what is not valid there counts as absent. */
export function auditInput(get: (name: string) => string): Input {
  const input: Record<string, string> = {};
  for (const key of filterKeys) {
    const value = get(key);
    if (value && auditList.input.shape[key].safeParse(value).success) input[key] = value;
  }
  return input as Input;
}
