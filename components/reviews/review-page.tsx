"use client";

import { GitBranchPlus, Play } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type ReviewDetail, reviewDetail, reviewUpdate } from "#lib/reviews/schema.ts";
import { AgreementCards } from "./agreement.tsx";
import { ApplyDialog } from "./apply-dialog.tsx";
import { ItemsTable } from "./items-table.tsx";
import { MixFacts } from "./mix-preview.tsx";
import { PeopleCard } from "./people.tsx";

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
      <Header review={review} />
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

function Header({ review }: { review: ReviewDetail }) {
  const viewer = useViewer();
  const [applying, setApplying] = useState(false);
  const closed = review.state === "closed";
  const update = useMutate(reviewUpdate, { onError: (error) => void toast.error(error.message) });
  const decided = review.items.done + review.items.settled;
  return (
    <>
      <PageHeader
        title={<bdi>{review.name}</bdi>}
        badges={
          <>
            {review.simulated ? <SimulatedBadge /> : null}
            {closed ? <Badge>closed</Badge> : null}
          </>
        }
        hint={
          <>
            Rows of{" "}
            <Link className="link" href={`/projects/${review.projectId}/data/${review.datasetVersionId}`}>
              <bdi>{review.versionName}</bdi>
            </Link>
            {review.teacherName ? <>, answers of {review.teacherName}</> : null}
            {review.studentName ? <>, student {review.studentName}</> : null}. Made{" "}
            <RelativeTime at={review.createdAt} /> by {review.createdBy}.
          </>
        }
        actions={
          <>
            {viewer.can("review.manage") ? (
              <Button
                pending={update.isPending}
                onClick={() => update.mutate({ reviewId: review.id, state: closed ? "open" : "closed" })}
              >
                {closed ? "Open again" : "Close"}
              </Button>
            ) : null}
            {review.mine.assigned && !closed ? (
              <LinkButton href={`/reviews/${review.id}`} icon={<Play aria-hidden />}>
                Review rows
              </LinkButton>
            ) : null}
            <Button
              variant="primary"
              icon={<GitBranchPlus aria-hidden />}
              disabledReason={viewer.whyNot("review.manage") ?? (decided === 0 ? "No row is decided yet." : null)}
              onClick={() => setApplying(true)}
            >
              Make a version
            </Button>
          </>
        }
      />
      <ApplyDialog review={review} open={applying} onClose={() => setApplying(false)} />
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
