"use client";

import { useState } from "react";
import { Badge, OriginMark } from "#components/ui/badge.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { exactMoney, formatCount, formatDuration } from "#lib/format.ts";
import { type Result, statusWords } from "#lib/generation/schema.ts";

/** Answers with their rows; a row opens all there is to know of it. */
export function ResultTable({ items, showGold }: { items: readonly Result[]; showGold: boolean }) {
  const [open, setOpen] = useState<Result | null>(null);
  return (
    <>
      <Table label="Answers">
        <TableHead>
          <Th numeric>Row</Th>
          <Th>Input</Th>
          <Th>Answer</Th>
          {showGold ? <Th className="max-sm:hidden">Gold</Th> : null}
          <Th numeric className="max-md:hidden">
            Latency
          </Th>
        </TableHead>
        <tbody>
          {items.map((item) => (
            <Tr key={item.position}>
              <Td numeric className="w-16">
                <button
                  type="button"
                  className="link tnum"
                  onClick={() => setOpen(item)}
                  aria-label={`Row ${item.position}, details`}
                >
                  {formatCount(item.position)}
                </button>
              </Td>
              <Td className="max-w-0 min-w-32">
                <span className="line-clamp-2 break-words">{item.input}</span>
              </Td>
              <Td className="w-1/4 max-w-0 min-w-28">
                {item.status === "ok" ? (
                  <span className="line-clamp-2 font-mono text-xs break-words">{item.answer}</span>
                ) : (
                  <span className="flex min-w-0 flex-col items-start gap-0.5">
                    <Badge tone="attention">{statusWords[item.status].word}</Badge>
                    <span className="line-clamp-1 max-w-full font-mono text-xs break-all text-muted">{item.raw}</span>
                  </span>
                )}
              </Td>
              {showGold ? (
                <Td className="w-1/4 max-w-0 max-sm:hidden">
                  {item.gold === null ? (
                    <span className="text-faint">–</span>
                  ) : (
                    <span
                      className={`line-clamp-2 font-mono text-xs break-words ${item.answer !== null && item.answer !== item.gold ? "text-bad" : ""}`}
                      title={item.answer !== null && item.answer !== item.gold ? "differs from the answer" : undefined}
                    >
                      {item.answer !== null && item.answer !== item.gold ? "≠\u00a0" : ""}
                      {item.gold}
                    </span>
                  )}
                </Td>
              ) : null}
              <Td numeric className="w-24 text-muted max-md:hidden">
                {item.latencyMs > 0 ? formatDuration(item.latencyMs) : "–"}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Drawer
        open={open !== null}
        onOpenChange={(next) => !next && setOpen(null)}
        title={`Row ${formatCount(open?.position)}`}
      >
        {open ? <Details item={open} /> : null}
      </Drawer>
    </>
  );
}

function Details({ item }: { item: Result }) {
  const { word, says } = statusWords[item.status];
  return (
    <div className="space-y-4 p-4">
      <div>
        <Badge tone={item.status === "ok" ? "good" : "attention"}>{word}</Badge>
        <p className="mt-1 text-sm text-muted">{item.error ?? says}</p>
      </div>
      <CodeBlock caption="Input" code={item.input} wrap maxHeight="14rem" />
      <CodeBlock caption="What came back" code={item.raw || "(nothing)"} wrap maxHeight="14rem" />
      <KeyValue
        items={[
          [
            <OriginMark key="t" origin="teacher" />,
            <span key="a" className="font-mono text-xs">
              {item.answer ?? "–"}
            </span>,
          ],
          [
            <OriginMark key="g" origin="gold" />,
            <span key="b" className="font-mono text-xs">
              {item.gold ?? "–"}
            </span>,
          ],
          ["Side", item.holdout ? "hold-out" : "training"],
          [
            "Tokens",
            `${formatCount(item.inputTokens)} in, ${formatCount(item.outputTokens)} out${item.estimated ? " (estimated)" : ""}`,
          ],
          ["Cost", exactMoney(item.costMicros)],
          ["Latency", formatDuration(item.latencyMs)],
          ["Calls", formatCount(item.attempts)],
          ["When", <RelativeTime key="w" at={item.at} />],
        ]}
      />
    </div>
  );
}
