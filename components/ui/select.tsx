"use client";

import clsx from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { useFieldProps } from "./field.tsx";

export type Option<V extends string = string> = {
  value: V;
  label: string;
  /** second line, smaller */
  hint?: string;
  icon?: ReactNode;
  disabled?: boolean;
};

type SelectProps<V extends string> = {
  value: V | null;
  onValueChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  disabled?: boolean;
  /** needed where no Field gives a name */
  "aria-label"?: string;
  id?: string;
  className?: string;
};

/** One of a few. From about twelve options on use Combobox. */
export function Select<V extends string>({
  value,
  onValueChange,
  options,
  placeholder = "Choose …",
  disabled,
  className,
  ...rest
}: SelectProps<V>) {
  const { required: _required, ...props } = useFieldProps<{ id?: string; "aria-label"?: string; required?: boolean }>(
    rest,
  );
  return (
    <Primitive.Root value={value ?? ""} onValueChange={(next) => onValueChange(next as V)} disabled={disabled}>
      <Primitive.Trigger
        {...props}
        className={clsx(
          "control flex items-center justify-between gap-2 text-left data-placeholder:text-faint",
          className,
        )}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-[min(28rem,calc(100vw-16px))] animate-fade overflow-hidden rounded-lg border bg-raised shadow-pop"
        >
          <Primitive.Viewport className="p-1">
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="relative flex cursor-default select-none items-start gap-2 rounded-md py-1.5 pr-8 pl-2 outline-none data-disabled:opacity-45 data-highlighted:bg-hover"
              >
                {option.icon}
                <span className="min-w-0">
                  <Primitive.ItemText>{option.label}</Primitive.ItemText>
                  {option.hint ? <span className="block text-xs text-muted">{option.hint}</span> : null}
                </span>
                <Primitive.ItemIndicator className="absolute top-2 right-2">
                  <Check aria-hidden className="size-4" />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
