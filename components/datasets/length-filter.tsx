"use client";

import { useEffect, useState } from "react";
import { useUrlState } from "#components/ui/url-state.ts";

/** From and to, in characters of the input; taken over when the field is left or Enter is pressed. */
export function LengthFilter() {
  return (
    <fieldset className="flex items-center gap-1 text-sm text-muted">
      <legend className="sr-only">Characters of the input</legend>
      <Bound urlKey="min" label="Least characters" placeholder="from" />
      <span aria-hidden>–</span>
      <Bound urlKey="max" label="Most characters" placeholder="to" />
      <span aria-hidden>chars</span>
    </fieldset>
  );
}

function Bound({ urlKey, label, placeholder }: { urlKey: string; label: string; placeholder: string }) {
  const url = useUrlState();
  const held = url.get(urlKey);
  const [text, setText] = useState(held);
  useEffect(() => setText(held), [held]);
  const take = () => {
    if (text !== held) url.set({ [urlKey]: /^\d{1,7}$/.test(text) ? text : null });
  };
  return (
    <input
      type="text"
      inputMode="numeric"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
      className="control w-16! px-2!"
    />
  );
}
