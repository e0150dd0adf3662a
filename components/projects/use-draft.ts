"use client";

import { useCallback, useEffect, useRef, useState } from "react";

const prefix = "stillhouse:draft:";

/**
 * Form state that survives a refresh or a wrong click, in this browser only. `value` is the draft where one is kept, else
 * `initial`. `base` names the state that a draft was started from: a stored draft of another base is not taken up again,
 * because somebody has saved since. What is being typed right now is never taken away.
 */
export function useDraft<T extends object>(key: string, initial: T, base: string) {
  const [edited, setEdited] = useState<T | null>(null);
  const forgotten = useRef(false);

  // After hydration, so that server and browser render the same first.
  useEffect(() => {
    setEdited((current) => (current !== null && !forgotten.current ? current : readDraft<T>(key, base)));
    forgotten.current = false;
  }, [key, base]);

  const set = useCallback(
    (patch: Partial<T>) => {
      setEdited((before) => {
        const next = { ...(before ?? initial), ...patch };
        writeDraft(key, { base, value: next });
        return next;
      });
    },
    [key, base, initial],
  );
  /** For a form that was saved: what is on the screen stays until the saved state (a new `base`) arrives. */
  const forget = useCallback(() => {
    forgotten.current = true;
    writeDraft(key, null);
  }, [key]);
  const discard = useCallback(() => {
    writeDraft(key, null);
    setEdited(null);
  }, [key]);

  return { value: edited ?? initial, dirty: edited !== null, set, forget, discard };
}

function readDraft<T>(key: string, base: string): T | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(prefix + key) ?? "null");
    if (typeof kept !== "object" || kept === null || !("base" in kept) || !("value" in kept)) return null;
    return kept.base === base ? (kept.value as T) : null;
  } catch {
    return null;
  }
}

/** A full or forbidden storage only costs the draft. */
function writeDraft(key: string, draft: { base: string; value: object } | null): void {
  try {
    if (draft) localStorage.setItem(prefix + key, JSON.stringify(draft));
    else localStorage.removeItem(prefix + key);
  } catch {}
}
