"use client";

import { Check, PencilLine, SkipForward, Undo2, X } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { KeyCommand } from "./keys.ts";

type BarProps = {
  canAccept: boolean;
  canUndo: boolean;
  canGoBack: boolean;
  /** the row in front has a decision already */
  decided: boolean;
  run: (command: KeyCommand) => void;
};

/** Every decision as a button: at the thumb on a phone, with its key on a desk. */
export function DecideBar({ canAccept, canUndo, canGoBack, decided, run }: BarProps) {
  return (
    <div
      role="toolbar"
      aria-label="Decide"
      className="no-print mt-4 grid grid-cols-3 gap-2 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-20 max-lg:border-t max-lg:bg-canvas max-lg:p-3 max-lg:pb-[max(0.75rem,env(safe-area-inset-bottom))] lg:flex lg:flex-wrap"
    >
      <Big
        icon={<Check aria-hidden />}
        hotkey="a"
        variant="primary"
        disabled={!canAccept}
        onPress={() => run({ does: "accept" })}
      >
        Accept
      </Big>
      <Big icon={<PencilLine aria-hidden />} hotkey="e" onPress={() => run({ does: "edit" })}>
        Correct
      </Big>
      <Big icon={<X aria-hidden />} hotkey="r" onPress={() => run({ does: "reject" })}>
        Reject
      </Big>
      <Big hotkey="k" disabled={!canGoBack} onPress={() => run({ does: "back" })}>
        Back
      </Big>
      <Big icon={<Undo2 aria-hidden />} hotkey="u" disabled={!canUndo} onPress={() => run({ does: "undo" })}>
        Undo
      </Big>
      <Big icon={<SkipForward aria-hidden />} hotkey="n" onPress={() => run({ does: "next" })}>
        {decided ? "Next" : "Skip"}
      </Big>
    </div>
  );
}

type BigProps = {
  icon?: ReactNode;
  hotkey: string;
  variant?: "primary" | "secondary";
  disabled?: boolean;
  onPress: () => void;
  children: string;
};

function Big({ icon, hotkey, variant = "secondary", disabled = false, onPress, children }: BigProps) {
  return (
    <Button
      variant={variant}
      icon={icon}
      disabled={disabled}
      className="h-11! lg:h-8!"
      // The keys act on the row, not on a button that was clicked before: space and Enter must not press it again.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPress}
    >
      {children}
      <span className="max-lg:hidden">
        <Kbd>{hotkey}</Kbd>
      </span>
    </Button>
  );
}

type CommentProps = { ref: Ref<HTMLInputElement>; value: string; onChange: (text: string) => void };

/** Goes with the next decision. Enter or Escape gives the keys back. */
export function CommentField({ ref, value, onChange }: CommentProps) {
  return (
    <input
      ref={ref}
      aria-label="Comment"
      placeholder="Comment, goes with your decision (c)"
      maxLength={2_000}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.currentTarget.blur();
      }}
      className="control"
    />
  );
}
