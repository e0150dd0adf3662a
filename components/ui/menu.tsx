"use client";

import clsx from "clsx";
import { Check } from "lucide-react";
import Link from "next/link";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

type MenuItem =
  | "separator"
  | { heading: string }
  | {
      label: ReactNode;
      icon?: ReactNode;
      hint?: ReactNode;
      /** going somewhere */
      href?: string;
      /** doing something */
      onSelect?: () => void;
      danger?: boolean;
      /** why not: shown under the label */
      disabledReason?: string | null | false;
      checked?: boolean;
    };

type DropdownMenuProps = { trigger: ReactElement; items: readonly MenuItem[]; align?: "start" | "end"; label?: string };

export function DropdownMenu({ trigger, items, align = "end", label }: DropdownMenuProps) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-80 animate-fade overflow-y-auto rounded-lg border bg-raised p-1 shadow-pop"
        >
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a menu's items have no identity beyond their place
            <Entry key={index} item={item} />
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  if (item === "separator") return <Primitive.Separator className="my-1 h-px bg-line" />;
  if ("heading" in item)
    return <Primitive.Label className="px-2 py-1 text-xs text-muted">{item.heading}</Primitive.Label>;
  const hint = item.disabledReason || item.hint;
  const className = clsx(
    "flex cursor-default select-none items-start gap-2 rounded-md px-2 py-1.5 outline-none data-disabled:opacity-60 data-highlighted:bg-hover [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0",
    item.danger && "text-bad",
  );
  const inside = (
    <>
      {item.icon}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{item.label}</span>
        {hint ? <span className="block text-xs text-muted">{hint}</span> : null}
      </span>
      {item.checked ? <Check aria-label="chosen" /> : null}
    </>
  );
  return (
    <Primitive.Item
      asChild={Boolean(item.href)}
      disabled={Boolean(item.disabledReason)}
      onSelect={item.onSelect}
      className={className}
    >
      {item.href ? <Link href={item.href}>{inside}</Link> : inside}
    </Primitive.Item>
  );
}
