"use client";

import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type ReviewDetail, reviewDetail } from "#lib/reviews/schema.ts";
import { AgreementCards } from "./agreement.tsx";
import { ItemsTable } from "./items-table.tsx";
import { MixFacts } from "./mix-preview.tsx";
import { PeopleCard } from "./people.tsx";
import { ReviewHeader } from "./review-header.tsx";

/** One review for those who run it: how far, who, how far they agree, every row, and the version made of it. */
export function ReviewPage({ reviewId }: { reviewId: string }) {
  const review = useEndpoint(reviewDetail, { reviewId }, { live: [`review:${reviewId}`] });
  if (review.error) return <ErrorState error={review.error} onRetry={() => void review.refetch()} />;
  if (!review.data) return <Skeleton className="h-96" />;
  return <Loaded review={review.data} />;
}

function Loaded({ review }: { review: ReviewDetail }) {
  const url = useUrlState();
  const tab = url.get("tab") === "rows" ? "rows" : "overview";
  return (
    <>
      <ReviewHeader review={review} />
      <Tabs
        label="Review"
        value={tab}
        onValueChange={(next) => url.set({ tab: next === "rows" ? "rows" : null })}
        tabs={[
          { value: "overview", label: "Overview", content: <Overview review={review} /> },
          {
            value: "rows",
            label: "Rows",
            aside:
              review.items.disagreed > 0 ? <Badge tone="attention">{formatCount(review.items.disagreed)}</Badge> : null,
            content: tab === "rows" ? <ItemsTable review={review} /> : null,
          },
        ]}
      />
    </>
  );
}

function Overview({ review }: { review: ReviewDetail }) {
  const { items } = review;
  const rows = (state: string) => `?tab=rows&state=${state}`;
  return (
    <div className="space-y-4">
      <Card>
        <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
          <Stat label="Rows" value={formatCount(review.itemCount)} href="?tab=rows" size="lg" />
          <Stat
            label="Decided"
            value={formatCount(items.done + items.settled)}
            hint={items.settled > 0 ? `${formatCount(items.settled)} settled` : undefined}
            href={rows("done")}
            size="lg"
          />
          <Stat label="Open" value={formatCount(items.open)} href={rows("open")} size="lg" />
          <Stat
            label="People disagree"
            value={formatCount(items.disagreed)}
            {...(items.disagreed > 0 ? { tone: "attention" as const, hint: "wait for you" } : {})}
            href={rows("disagreed")}
            size="lg"
          />
        </div>
        {review.resultVersion ? (
          <p className="mt-4 text-sm text-muted">
            Its decisions stand in{" "}
            <Link className="link" href={`/projects/${review.projectId}/data/${review.resultVersion.id}`}>
              <bdi>{review.resultVersion.name}</bdi>
            </Link>
            .
          </p>
        ) : null}
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <PeopleCard review={review} />
        <Card title="Why these rows">
          <MixFacts mix={review.mix} />
        </Card>
      </div>
      <AgreementCards reviewId={review.id} />
    </div>
  );
}
