"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

type Patch = Record<string, string | null | undefined>;

/** The query after `patch`: null, undefined and "" remove a key; anything but the cursor itself goes back to page one. */
export function patchQuery(query: string, patch: Patch): string {
  const next = new URLSearchParams(query);
  if (!("cursor" in patch)) {
    next.delete("cursor");
    next.delete("back");
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value == null || value === "") next.delete(key);
    else next.set(key, value);
  }
  const text = next.toString();
  return text ? `?${text}` : "";
}

/**
 * Filters, sort and page held by the URL, so that a link or a refresh shows the same. `set` stays on the page and
 * asks the server for nothing: hooks that read `params` fetch what changed.
 */
export function useUrlState() {
  const params = useSearchParams();
  const pathname = usePathname();
  const query = params.toString();

  const hrefFor = useCallback((patch: Patch) => `${pathname}${patchQuery(query, patch)}`, [pathname, query]);

  const set = useCallback((patch: Patch, options: { push?: boolean } = {}) => {
    // read the address itself: two quick changes must not overwrite each other
    const href = `${window.location.pathname}${patchQuery(window.location.search, patch)}`;
    if (options.push) window.history.pushState(null, "", href);
    else window.history.replaceState(null, "", href);
  }, []);

  return { get: (key: string) => params.get(key) ?? "", params, set, hrefFor };
}
