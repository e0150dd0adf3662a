"use client";

import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

/** Mounted once by the root layout; call `toast.success("Saved")` of "sonner" anywhere. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      gap={8}
      toastOptions={{
        classNames: {
          toast: "rounded-lg! border! border-line! bg-raised! text-ink! text-sm! shadow-pop! font-sans!",
          description: "text-muted!",
          actionButton: "bg-ink! text-inverse! rounded-md!",
        },
      }}
    />
  );
}
