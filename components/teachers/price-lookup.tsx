"use client";

import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Input } from "#components/ui/field.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatMoney, formatTokens } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type PriceEntry, teacherPrices } from "#lib/teachers/schema.ts";

/** Opens the price book, searched for the model that stands in the form. */
export function PriceLookup({ model, onPick }: { model: string; onPick: (entry: PriceEntry) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title="Price book"
      description="Published prices per million tokens. What you choose is copied: a later change of the book changes nothing here."
      size="lg"
      trigger={
        <Button size="sm" icon={<Search aria-hidden />}>
          Look up price
        </Button>
      }
    >
      <Entries
        initial={model}
        onPick={(entry) => {
          onPick(entry);
          setOpen(false);
        }}
      />
    </Dialog>
  );
}

function Entries({ initial, onPick }: { initial: string; onPick: (entry: PriceEntry) => void }) {
  const [text, setText] = useState(initial);
  const [query, setQuery] = useState(initial);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useEndpoint(teacherPrices, { query: query || "gpt", limit: 12 }, { keepPrevious: true });
  const items = found.data?.items ?? [];
  return (
    <div className="space-y-3">
      <Input
        aria-label="Provider and model"
        placeholder="Provider and model, such as mistral large"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="min-h-80">
        {found.error ? (
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        ) : found.isPending ? (
          <SkeletonRows rows={6} columns={4} />
        ) : items.length === 0 ? (
          <p className="text-sm text-muted">
            The price book has nothing for “{query}”. Type the price in the form instead.
          </p>
        ) : (
          <Table label="Prices">
            <TableHead>
              <Th>Model</Th>
              <Th>Provider</Th>
              <Th numeric unit="per Mtok">
                Input
              </Th>
              <Th numeric unit="per Mtok">
                Output
              </Th>
              <Th numeric className="max-sm:hidden">
                Context
              </Th>
            </TableHead>
            <tbody>
              {items.map((entry) => (
                <Tr key={entry.source}>
                  <Td>
                    <button type="button" className="link text-left font-mono text-xs" onClick={() => onPick(entry)}>
                      {entry.model}
                    </button>
                    {entry.tiered ? (
                      <span className="block text-xs text-muted">dearer for very long prompts</span>
                    ) : null}
                  </Td>
                  <Td>{entry.providerName}</Td>
                  <Td numeric>{formatMoney(entry.inputMicrosPerMtok)}</Td>
                  <Td numeric>{formatMoney(entry.outputMicrosPerMtok)}</Td>
                  <Td numeric className="max-sm:hidden">
                    {formatTokens(entry.contextWindow)}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </div>
    </div>
  );
}
