import { Trash2 } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { NumberInput } from "#components/ui/field.tsx";
import { formatCount } from "#lib/format.ts";
import { itemWords, methods } from "#lib/synthesis/methods.ts";
import type { Wish } from "./wish.ts";

const mostRows = 10_000;

/** What could be written, each with its reason; what is ticked is written. */
export function WishList({ wishes, onChange }: { wishes: readonly Wish[]; onChange: (wishes: Wish[]) => void }) {
  const chosen = wishes.filter(({ wanted }) => wanted);
  const change = (key: string, patch: Partial<Wish>) =>
    onChange(wishes.map((wish) => (wish.key === key ? { ...wish, ...patch } : wish)));
  return (
    <Card
      flush
      title="What to write"
      hint={
        chosen.length === 0
          ? "Tick what the data lacks. Suggestions come from its classes, its lengths and the newest evaluation."
          : `${formatCount(chosen.reduce((sum, { item }) => sum + item.rows, 0))} rows in ${formatCount(chosen.length)} wishes.`
      }
      actions={
        wishes.length > 1 ? (
          <Button
            size="sm"
            onClick={() => onChange(wishes.map((wish) => ({ ...wish, wanted: chosen.length < wishes.length })))}
          >
            {chosen.length < wishes.length ? "Tick all" : "Untick all"}
          </Button>
        ) : null
      }
    >
      {wishes.length === 0 ? (
        <EmptyState title="Nothing stands out." hint="Add a wish below: paraphrases, hard negatives, topics …" />
      ) : (
        <ul className="max-h-[32rem] divide-y overflow-y-auto">
          {wishes.map((wish) => (
            <li key={wish.key} className="flex items-start gap-3 px-4 py-2.5">
              <div className="min-w-0 flex-1">
                <Checkbox
                  checked={wish.wanted}
                  onCheckedChange={(wanted) => change(wish.key, { wanted })}
                  label={
                    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                      <Badge>{methods[wish.item.method].name}</Badge>
                      <bdi className="min-w-0 break-words">{itemWords(wish.item)}</bdi>
                    </span>
                  }
                  hint={wish.why ?? methods[wish.item.method].says}
                />
              </div>
              <NumberInput
                aria-label={`Rows for ${itemWords(wish.item)}`}
                className="w-28 shrink-0"
                unit="rows"
                min={1}
                max={mostRows}
                step={1}
                value={wish.item.rows}
                onValueChange={(rows) =>
                  change(wish.key, {
                    item: { ...wish.item, rows: Math.min(mostRows, Math.max(1, Math.round(rows ?? 1))) },
                    wanted: true,
                  })
                }
              />
              {wish.why === null ? (
                <IconButton label="Remove" onClick={() => onChange(wishes.filter(({ key }) => key !== wish.key))}>
                  <Trash2 aria-hidden />
                </IconButton>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
