"use client";

import clsx from "clsx";
import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { useFieldProps } from "./field.tsx";
import type { Option } from "./select.tsx";

type ComboboxProps = {
  value: string | null;
  onValueChange: (value: string) => void;
  options: readonly Option[];
  placeholder?: string;
  /** in the search box, such as "Find a model …" */
  searchPlaceholder?: string;
  emptyText?: string;
  /** offers what was typed as a value of its own */
  allowCustom?: boolean;
  disabled?: boolean;
  "aria-label"?: string;
  id?: string;
  className?: string;
};

/** One of many, found by typing. */
export function Combobox({
  value,
  onValueChange,
  options,
  placeholder = "Choose …",
  searchPlaceholder = "Search …",
  emptyText = "Nothing matches.",
  allowCustom = false,
  disabled,
  className,
  ...rest
}: ComboboxProps) {
  const { required: _required, ...props } = useFieldProps<{ id?: string; "aria-label"?: string; required?: boolean }>(
    rest,
  );
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const shown = options.find((option) => option.value === value)?.label ?? value;
  const custom = allowCustom && typed.trim() && !options.some((option) => option.value === typed.trim());

  function pick(next: string) {
    onValueChange(next);
    setOpen(false);
    setTyped("");
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        {...props}
        role="combobox"
        aria-expanded={open}
        disabled={disabled}
        className={clsx("control flex items-center justify-between gap-2 text-left", className)}
      >
        <span className={clsx("truncate", !shown && "text-faint")}>{shown || placeholder}</span>
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 w-(--radix-popover-trigger-width) min-w-64 animate-fade rounded-lg border bg-raised shadow-pop"
        >
          <Command label={searchPlaceholder}>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={searchPlaceholder}
              className="h-9 w-full border-b bg-transparent px-3 outline-none"
            />
            <Command.List className="max-h-72 overflow-y-auto p-1">
              <Command.Empty className="px-2 py-3 text-sm text-muted">{emptyText}</Command.Empty>
              {custom ? (
                <Item value={typed.trim()} label={`Use “${typed.trim()}”`} checked={false} onPick={pick} />
              ) : null}
              {options.map((option) => (
                <Item key={option.value} {...option} checked={option.value === value} onPick={pick} />
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type ItemProps = Option & { checked: boolean; onPick: (value: string) => void };

function Item({ value, label, hint, icon, disabled, checked, onPick }: ItemProps) {
  return (
    <Command.Item
      value={value}
      keywords={[label]}
      disabled={disabled}
      onSelect={() => onPick(value)}
      className="flex cursor-default items-start gap-2 rounded-md px-2 py-1.5 data-[disabled=true]:opacity-45 data-[selected=true]:bg-hover"
    >
      {icon}
      <span className="min-w-0 flex-1 break-words">
        {label}
        {hint ? <span className="block text-xs text-muted">{hint}</span> : null}
      </span>
      {checked ? <Check aria-hidden className="mt-0.5 size-4 shrink-0" /> : null}
    </Command.Item>
  );
}
