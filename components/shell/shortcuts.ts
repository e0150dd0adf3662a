"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { allowedNav, mainNav, projectIdOf, projectTabs } from "#lib/nav.ts";
import { useViewer } from "./viewer.tsx";

/** A `g` waits this long for its second key. */
const goWithinMs = 1_200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable], [role=combobox]");
}

type Shortcuts = { onPalette: () => void; onHelp: () => void };

/** Cmd-K or Ctrl-K, `?`, and `g` followed by a page's key. Silent while somebody types or a dialog is open. */
export function useShortcuts({ onPalette, onHelp }: Shortcuts): void {
  const router = useRouter();
  const pathname = usePathname();
  const viewer = useViewer();
  const goAt = useRef(0);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog], [role=menu], [role=listbox]")) return;
      if (event.key === "?") {
        event.preventDefault();
        onHelp();
        return;
      }
      if (event.key === "g") {
        goAt.current = event.timeStamp;
        return;
      }
      if (event.timeStamp - goAt.current > goWithinMs || goAt.current === 0) return;
      goAt.current = 0;
      const projectId = projectIdOf(pathname);
      const entries = [...mainNav, ...(projectId ? projectTabs(projectId) : [])];
      const entry = allowedNav(entries, viewer.can).find((each) => each.key === event.key);
      if (entry) {
        event.preventDefault();
        router.push(entry.href);
      }
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [router, pathname, viewer, onPalette, onHelp]);
}
