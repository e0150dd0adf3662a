import type { AppError } from "#lib/core/errors.ts";

/** What was wrong and what to do, on one line below a field. */
export function sentence(error: AppError): string {
  return [error.message, error.detail.todo].filter(Boolean).join(" ");
}

/** Levels of a bucket's prefix: "a/b/" -> [["data", ""], ["a", "a/"], ["b", "a/b/"]]. */
export function levelsOf(bucket: string, prefix: string): [name: string, prefix: string][] {
  const parts = prefix.split("/").filter(Boolean);
  return [
    [bucket, ""],
    ...parts.map((part, index): [string, string] => [part, `${parts.slice(0, index + 1).join("/")}/`]),
  ];
}
