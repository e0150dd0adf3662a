"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { type ReactElement, type ReactNode, useRef, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { Field, Input } from "./field.tsx";

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** buttons, the main one last */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** focus returns here by itself when given */
  trigger?: ReactElement;
};

const widths = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-4xl" };

/**
 * Where the focus goes. On opening: the first field, else the dialog itself; left to Radix it would be the Close button, whose tooltip
 * then opens and takes the first Escape. On closing: back to what had it before, which Radix does only for its own triggers.
 */
function useDialogFocus() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus(event: Event) {
      if (!(event.currentTarget instanceof HTMLElement)) return;
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      event.preventDefault();
      const field = event.currentTarget.querySelector<HTMLElement>(
        "input:not([type=hidden]), textarea, [role=combobox]",
      );
      (field ?? event.currentTarget).focus();
    },
    onCloseAutoFocus(event: Event) {
      if (!opener.current?.isConnected) return;
      event.preventDefault();
      opener.current.focus();
    },
  };
}

/** Modal: traps focus, closes on Escape, returns focus to what opened it. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  size = "sm",
  trigger,
}: DialogProps) {
  const focus = useDialogFocus();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      {trigger ? <Primitive.Trigger asChild>{trigger}</Primitive.Trigger> : null}
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-black/40 dark:bg-black/60" />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          {...focus}
          className={clsx(
            "fixed inset-x-3 top-[10dvh] z-50 mx-auto flex max-h-[80dvh] animate-fade flex-col rounded-lg border bg-raised shadow-pop focus:outline-none",
            widths[size],
          )}
        >
          <header className="flex items-start justify-between gap-3 px-4 pt-4">
            <div className="min-w-0">
              <Primitive.Title className="text-lg font-semibold break-words">{title}</Primitive.Title>
              {description ? (
                <Primitive.Description className="mt-1 text-muted">{description}</Primitive.Description>
              ) : null}
            </div>
            <Primitive.Close asChild>
              <IconButton label="Close" size="sm">
                <X aria-hidden />
              </IconButton>
            </Primitive.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
          {footer ? <footer className="flex flex-wrap justify-end gap-2 border-t px-4 py-3">{footer}</footer> : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** a question: "Delete dataset Tickets?" */
  title: string;
  /** names what goes and what stays */
  children: ReactNode;
  /** what the button does: "Delete 2 versions" */
  confirmLabel: string;
  /** the way out; default "Keep" */
  keepLabel?: string;
  onConfirm: () => void;
  pending?: boolean;
  danger?: boolean;
  /** only where nothing can be undone: the name that must be typed */
  typeToConfirm?: string;
};

/** Asks before something is lost. Close it from `onConfirm`'s success, so that a failure keeps it open. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  confirmLabel,
  keepLabel = "Keep",
  onConfirm,
  pending,
  danger = true,
  typeToConfirm,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  const ready = !typeToConfirm || typed.trim() === typeToConfirm;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setTyped("");
        onOpenChange(next);
      }}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{keepLabel}</Button>
          <Button variant={danger ? "danger" : "primary"} pending={pending} disabled={!ready} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <div className="text-muted">{children}</div>
        {typeToConfirm ? (
          <Field label={`Type “${typeToConfirm}” to confirm`}>
            <Input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        ) : null}
      </div>
    </Dialog>
  );
}

type DrawerProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  side?: "left" | "right";
  children: ReactNode;
};

/** A panel from the side: phone navigation, details beside a list. */
export function Drawer({ open, onOpenChange, title, side = "right", children }: DrawerProps) {
  const focus = useDialogFocus();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-black/40 dark:bg-black/60" />
        <Primitive.Content
          aria-describedby={undefined}
          {...focus}
          className={clsx(
            "fixed inset-y-0 z-50 flex w-full animate-fade flex-col overflow-y-auto bg-raised shadow-pop focus:outline-none",
            side === "left" ? "left-0 max-w-72 border-r" : "right-0 max-w-xl border-l",
          )}
        >
          <header className="flex items-center justify-between gap-3 border-b px-4 py-2">
            <Primitive.Title className="font-semibold">{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label="Close">
                <X aria-hidden />
              </IconButton>
            </Primitive.Close>
          </header>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
