"use client";

import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";

const bar = "no-print flex gap-1 overflow-x-auto border-b [scrollbar-width:none]";

function tab(active: boolean) {
  return clsx(
    "-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2 text-base whitespace-nowrap transition-colors focus-visible:outline-offset-[-2px]",
    active ? "border-ink font-medium text-ink" : "border-transparent text-muted hover:text-ink",
  );
}

type LinkTab = {
  href: string;
  label: string;
  /** count or state behind the label */
  aside?: ReactNode;
  /** active only on exactly this path; else also below it */
  exact?: boolean;
};

/** Tabs that are pages: each has its own address. */
export function LinkTabs({ tabs, label }: { tabs: readonly LinkTab[]; label: string }) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className={bar}>
      {tabs.map(({ href, label: text, aside, exact }) => {
        const active = pathname === href || (!exact && pathname.startsWith(`${href}/`));
        return (
          <Link key={href} href={href} aria-current={active ? "page" : undefined} className={tab(active)}>
            {text}
            {aside}
          </Link>
        );
      })}
    </nav>
  );
}

type LocalTab<V extends string> = { value: V; label: string; aside?: ReactNode; content: ReactNode };

type TabsProps<V extends string> = {
  value: V;
  onValueChange: (value: V) => void;
  tabs: readonly LocalTab<V>[];
  label: string;
};

/** Tabs within a page. Keep `value` in the URL (useUrlState) where a person may want to share it. */
export function Tabs<V extends string>({ value, onValueChange, tabs, label }: TabsProps<V>) {
  return (
    <Primitive.Root value={value} onValueChange={(next) => onValueChange(next as V)}>
      <Primitive.List aria-label={label} className={bar}>
        {tabs.map((item) => (
          <Primitive.Trigger key={item.value} value={item.value} className={tab(item.value === value)}>
            {item.label}
            {item.aside}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((item) => (
        <Primitive.Content key={item.value} value={item.value} className="pt-4 focus-visible:outline-offset-4">
          {item.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
