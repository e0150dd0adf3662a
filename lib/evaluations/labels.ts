import { labelKey } from "#lib/tasks/labels.ts";

/**
 * Maps an answer to the spelling of the task's label set, so that `Billing ` and `billing` are not an error. Where two
 * labels of the set themselves differ only that way, they must be spelled exactly. Unknown answers stay as they are, trimmed.
 */
export function labelSpelling(taskLabels: readonly string[]): (answer: string) => string {
  const exact = new Set(taskLabels);
  const byKey = new Map<string, string | null>();
  for (const label of taskLabels) byKey.set(labelKey(label), byKey.has(labelKey(label)) ? null : label);
  return (answer) => (exact.has(answer) ? answer : (byKey.get(labelKey(answer)) ?? answer.trim()));
}
