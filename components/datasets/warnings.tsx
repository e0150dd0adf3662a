import { TriangleAlert } from "lucide-react";
import { visible } from "./visible.ts";

/** What a person should know, most harmful first. Nothing is shown when there is nothing. */
export function Warnings({ items }: { items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <ul className="space-y-1.5" aria-label="Warnings">
      {items.map((item) => (
        <li key={item} className="flex gap-2 text-sm">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-attention" />
          <span className="min-w-0 break-words">{visible(item)}</span>
        </li>
      ))}
    </ul>
  );
}
