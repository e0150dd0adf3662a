import type { RunEvent } from "#lib/runs/schema.ts";

export type Problem = {
  /** the message with its figures, ids and quoted texts replaced by … */
  cause: string;
  count: number;
  level: "warn" | "error";
  firstAt: string;
  lastAt: string;
  /** one message as it was */
  example: string;
};

/** Messages that differ only in numbers, ids or quoted text have one cause. */
function causeOf(message: string): string {
  return message
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "…")
    .replace(/(["“'`]).{1,200}?["”'`]/g, "…")
    .replace(/\d[\d,.]*/g, "…")
    .slice(0, 300);
}

/** Warnings and errors of the log by cause; errors first, then the most frequent. */
export function groupProblems(events: readonly RunEvent[]): Problem[] {
  const groups = new Map<string, Problem>();
  for (const { level, message, at } of events) {
    if (level !== "warn" && level !== "error") continue;
    const cause = causeOf(message);
    const key = `${level} ${cause}`;
    const group = groups.get(key);
    if (group) {
      group.count += 1;
      group.lastAt = at;
    } else groups.set(key, { cause, count: 1, level, firstAt: at, lastAt: at, example: message });
  }
  return [...groups.values()].sort(
    (a, b) => Number(b.level === "error") - Number(a.level === "error") || b.count - a.count,
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const unsafe = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/** Log text from models and programs: without terminal codes, control characters and direction overrides. */
export function inertText(text: string): string {
  return text.replace(unsafe, "");
}
