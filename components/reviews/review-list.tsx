"use client";

import { ListChecks } from "lucide-react";
import Link from "next/link";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type ReviewSummary, reviewList } from "#lib/reviews/schema.ts";
import { reviewListInput } from "./list-input.ts";

/** Reviews of a project, or (without one) those that a person may see, with the way to their rows. */
export function ReviewList({ projectId }: { projectId?: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const list = useEndpoint(reviewList, reviewListInput(projectId, url.get("cursor")), {
    keepPrevious: true,
    refetchInterval: 15_000,
    ...(projectId ? { live: [`project:${projectId}`] } : {}),
  });
  const items = list.data?.items ?? [];
  const start =
    projectId && viewer.can("review.manage") ? (
      <LinkButton href={`/projects/${projectId}/review/new`} variant="primary" icon={<ListChecks aria-hidden />}>
        New review
      </LinkButton>
    ) : null;
  return (
    <>
      <PageHeader
        title={projectId ? "Review" : "Reviews"}
        hint={
          viewer.can("data.read")
            ? "People decide the rows that are most in doubt, one key a row; their decisions become a version of the data."
            : "Rows that wait for your decision."
        }
        actions={items.length > 0 ? start : null}
      />
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={4} columns={4} />
        ) : items.length === 0 ? (
          <EmptyState
            picture={<ListChecks />}
            title={projectId ? "A thousand rows an hour, without the mouse." : "No rows wait for you."}
            hint={
              projectId
                ? "A review takes the rows where teacher and data disagree, where the student was unsure, and where a label looks wrong, plus a few at random."
                : "When somebody asks you to review rows, they stand here and you get a mail."
            }
            action={start}
          />
        ) : (
          <Rows items={items} inProject={projectId !== undefined} />
        )}
        <Pagination
          nextCursor={list.data?.nextCursor}
          count={items.length > 0 ? plural(items.length, "review") : null}
        />
      </Card>
    </>
  );
}

function Rows({ items, inProject }: { items: readonly ReviewSummary[]; inProject: boolean }) {
  const viewer = useViewer();
  return (
    <Table label="Reviews">
      <TableHead>
        <Th>Review</Th>
        <Th>Rows decided</Th>
        <Th numeric className="max-md:hidden">
          People disagree
        </Th>
        <Th className="max-md:hidden">Made</Th>
        <Th>
          <span className="sr-only">Yours</span>
        </Th>
      </TableHead>
      <tbody>
        {items.map((review) => {
          const decided = review.items.done + review.items.settled;
          const home = `/projects/${review.projectId}/review/${review.id}`;
          return (
            <Tr key={review.id}>
              <Td className="min-w-36">
                <span className="flex flex-wrap items-center gap-2">
                  <Link
                    href={viewer.can("data.read") ? home : `/reviews/${review.id}`}
                    className="link font-medium break-words"
                  >
                    <bdi>{review.name}</bdi>
                  </Link>
                  {review.simulated ? <SimulatedBadge /> : null}
                  {review.state === "closed" ? <Badge>closed</Badge> : null}
                </span>
                {inProject ? null : (
                  <span className="block text-xs text-muted">
                    <bdi>{review.projectName}</bdi>
                  </span>
                )}
              </Td>
              <Td className="min-w-28">
                <Progress
                  value={review.itemCount === 0 ? 0 : decided / review.itemCount}
                  label="Rows decided"
                  tone="good"
                />
                <span className="tnum text-xs text-muted">
                  {formatCount(decided)} of {formatCount(review.itemCount)}
                </span>
              </Td>
              <Td
                numeric
                className={review.items.disagreed > 0 ? "text-attention max-md:hidden" : "text-muted max-md:hidden"}
              >
                {formatCount(review.items.disagreed)}
              </Td>
              <Td className="whitespace-nowrap text-muted max-md:hidden">
                <RelativeTime at={review.createdAt} /> by {review.createdBy}
              </Td>
              <Td className="text-right">
                {review.mine.assigned ? (
                  <LinkButton
                    size="sm"
                    href={`/reviews/${review.id}`}
                    variant={review.mine.remaining > 0 ? "primary" : "secondary"}
                  >
                    {review.mine.remaining > 0 ? `Review ${formatCount(review.mine.remaining)}` : "Done"}
                  </LinkButton>
                ) : null}
              </Td>
            </Tr>
          );
        })}
      </tbody>
    </Table>
  );
}
