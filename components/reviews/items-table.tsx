"use client";

import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type ReviewItem, reviewItems } from "#lib/reviews/queue-schema.ts";
import {
  DecisionAction,
  DoubtReason,
  doubtReasons,
  ItemState,
  itemStates,
  type ReviewDetail,
} from "#lib/reviews/schema.ts";
import { ItemDetail } from "./item-detail.tsx";
import { actionWords, reasonWords, stateWords } from "./words.ts";

/** Filters that only come with a link from a figure. */
const linked = ["alsoBy", "answer", "teacher", "agrees"] as const;

function filtersOf(get: (key: string) => string) {
  const state = ItemState.safeParse(get("state")).data;
  const reason = DoubtReason.safeParse(get("reason")).data;
  const action = DecisionAction.safeParse(get("action")).data;
  const agrees = get("agrees");
  return {
    ...(state ? { state } : {}),
    ...(reason ? { reason } : {}),
    ...(action ? { action } : {}),
    ...(get("userId") ? { userId: get("userId") } : {}),
    ...(get("alsoBy") ? { alsoBy: get("alsoBy") } : {}),
    ...(get("answer") ? { answer: get("answer") } : {}),
    ...(get("teacher") ? { teacher: get("teacher") } : {}),
    ...(agrees === "true" || agrees === "false" ? { agrees: agrees === "true" } : {}),
    ...(get("commented") === "true" ? { commented: true } : {}),
  };
}

/** Every row of a review with who decided what; filters and page in the address. */
export function ItemsTable({ review }: { review: ReviewDetail }) {
  const url = useUrlState();
  const [open, setOpen] = useState<number | null>(null);
  const filter = filtersOf(url.get);
  const input = {
    reviewId: review.id,
    limit: 50,
    ...filter,
    ...(url.get("cursor") ? { cursor: url.get("cursor") } : {}),
  };
  const list = useEndpoint(reviewItems, input, { keepPrevious: true, live: [`review:${review.id}`] });
  const items = list.data?.items ?? [];
  const shown = items.find(({ seq }) => seq === open) ?? null;
  const fromLink = linked.some((key) => url.get(key) !== "");
  const personOptions = review.people.map(({ userId, name }) => ({ value: userId, label: name }));
  return (
    <div className="space-y-3">
      <FilterBar
        filters={[
          {
            key: "state",
            label: "State",
            options: itemStates.map((value) => ({ value, label: stateWords[value].word })),
          },
          {
            key: "reason",
            label: "Why",
            options: doubtReasons.map((value) => ({ value, label: reasonWords[value].word })),
          },
          { key: "userId", label: "Person", options: personOptions },
          {
            key: "action",
            label: "Decision",
            options: DecisionAction.options.map((value) => ({ value, label: actionWords[value] })),
          },
          { key: "commented", label: "Comment", options: [{ value: "true", label: "with a comment" }] },
        ]}
      >
        {fromLink ? (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => url.set(Object.fromEntries(linked.map((key) => [key, null])))}
          >
            Not only the rows behind that figure
          </Button>
        ) : null}
        <span className="tnum" role="status">
          {list.data ? plural(list.data.total, "row") : ""}
        </span>
      </FilterBar>
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : !list.data ? (
          <SkeletonRows rows={10} columns={5} />
        ) : items.length === 0 ? (
          <EmptyState title="No row matches these filters." hint="Clear one of them to see more." />
        ) : (
          <Rows items={items} onOpen={setOpen} />
        )}
        <Pagination nextCursor={list.data?.nextCursor} labels={{ back: "Back", next: "Next" }} />
      </Card>
      <Drawer
        open={shown !== null}
        onOpenChange={(next) => !next && setOpen(null)}
        title={shown ? `Row ${formatCount(shown.position)}` : ""}
      >
        {shown ? <ItemDetail key={shown.seq} review={review} item={shown} /> : null}
      </Drawer>
    </div>
  );
}

function Rows({ items, onOpen }: { items: readonly ReviewItem[]; onOpen: (seq: number) => void }) {
  return (
    <Table label="Rows of the review">
      <TableHead>
        <Th numeric>Row</Th>
        <Th>Input</Th>
        <Th className="max-md:hidden">Answer</Th>
        <Th>Decided</Th>
        <Th className="max-md:hidden">Why</Th>
        <Th>State</Th>
      </TableHead>
      <tbody>
        {items.map((item) => (
          <Tr key={item.seq}>
            <Td numeric className="text-muted">
              {formatCount(item.position)}
            </Td>
            <Td className="w-full max-w-0 min-w-40">
              <button
                type="button"
                className="block w-full truncate text-left hover:underline"
                onClick={() => onOpen(item.seq)}
              >
                <bdi>{item.input}</bdi>
              </button>
            </Td>
            <Td mono className="max-md:hidden">
              <bdi className="block max-w-40 truncate">{item.current ?? "–"}</bdi>
            </Td>
            <Td mono>
              <bdi className="block max-w-40 truncate">
                {item.outcome === "reject" ? "rejected" : (item.answer ?? "–")}
              </bdi>
            </Td>
            <Td className="whitespace-nowrap text-muted max-md:hidden">
              {item.reasons.map((reason) => reasonWords[reason].word).join(", ")}
            </Td>
            <Td>
              <Badge tone={stateWords[item.state].tone}>{stateWords[item.state].word}</Badge>
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
