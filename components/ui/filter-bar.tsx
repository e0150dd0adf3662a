"use client";

import { Search, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Kbd } from "./kbd.tsx";
import { Select } from "./select.tsx";
import { useUrlState } from "./url-state.ts";

/** Radix allows no empty value, so "all" stands for the absent key. */
const all = "all";

export type FilterDef = {
  /** key in the URL */
  key: string;
  /** "State": shown as "State: any" */
  label: string;
  options: readonly { value: string; label: string }[];
};

type FilterBarProps = {
  filters?: readonly FilterDef[];
  /** key of the search text in the URL; absent: no search box */
  searchKey?: string;
  searchPlaceholder?: string;
  /** further keys of the URL that Clear removes */
  moreKeys?: readonly string[];
  /** at the right: count, column picker, main button */
  children?: ReactNode;
};

/** Search and filters of a list, held by the URL. `/` focuses the search. */
export function FilterBar({
  filters = [],
  searchKey,
  searchPlaceholder = "Search …",
  moreKeys = [],
  children,
}: FilterBarProps) {
  const url = useUrlState();
  const keys = [...filters.map((filter) => filter.key), ...(searchKey ? [searchKey] : []), ...moreKeys];
  const active = keys.some((key) => url.get(key) !== "");
  return (
    <search className="no-print flex flex-wrap items-center gap-2">
      {searchKey ? <SearchBox urlKey={searchKey} placeholder={searchPlaceholder} /> : null}
      {filters.map((filter) => (
        <Select
          key={filter.key}
          aria-label={filter.label}
          value={url.get(filter.key) || all}
          onValueChange={(value) => url.set({ [filter.key]: value === all ? null : value })}
          options={[{ value: all, label: `${filter.label}: any` }, ...filter.options]}
          className="w-auto! max-w-56"
        />
      ))}
      {active ? (
        <Button
          variant="ghost"
          size="sm"
          icon={<X aria-hidden />}
          onClick={() => url.set(Object.fromEntries(keys.map((key) => [key, null])))}
        >
          Clear
        </Button>
      ) : null}
      {children ? <div className="ml-auto flex flex-wrap items-center gap-2 text-sm text-muted">{children}</div> : null}
    </search>
  );
}

/** Writes the URL 250 ms after the last key, so that typing stays smooth and history clean. */
function SearchBox({ urlKey, placeholder }: { urlKey: string; placeholder: string }) {
  const url = useUrlState();
  const held = url.get(urlKey);
  const [text, setText] = useState(held);
  const written = useRef(held);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Back, Clear or a link changed the address: follow it
    if (held !== written.current) {
      written.current = held;
      setText(held);
    }
  }, [held]);

  useEffect(() => {
    if (text === written.current) return;
    const timer = setTimeout(() => {
      written.current = text;
      url.set({ [urlKey]: text });
    }, 250);
    return () => clearTimeout(timer);
  }, [text, urlKey, url.set]);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, [contenteditable]");
      if (event.key !== "/" || typing || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      input.current?.focus();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="relative w-full sm:w-64">
      <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-faint" />
      <input
        ref={input}
        type="search"
        aria-label={placeholder.replace(/ …$/, "")}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="control pr-8! pl-8! [&::-webkit-search-cancel-button]:hidden"
      />
      {text ? null : (
        <span className="pointer-events-none absolute top-1.5 right-2 hidden sm:block">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  );
}
