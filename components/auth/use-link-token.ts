"use client";

import { useEffect, useState } from "react";

/**
 * The one-time token behind the `#` of a mailed link; undefined until the browser has looked, null where there is none. It is taken
 * out of the address bar, so that it does not stay in the history or a screenshot.
 */
export function useLinkToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const found = window.location.hash.slice(1);
    // a second effect run (development) finds the bar empty and keeps what the first one found
    setToken((known) => known ?? (found || null));
    if (found) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return token;
}
