"use client";

import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * Whether the page's scripts have taken over. Until then a form with a password must not be sent: the browser would do it by itself,
 * past our code.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
