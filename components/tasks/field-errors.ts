import type { z } from "zod";

/** One message per wrong field (`labels.2`), in the API's own words; empty when the input would be accepted. */
export function invalidFields(schema: z.ZodType, input: unknown): Record<string, string> {
  const parsed = schema.safeParse(input);
  const messages: Record<string, string> = {};
  for (const issue of parsed.error?.issues ?? []) messages[issue.path.join(".")] ??= issue.message;
  return messages;
}
