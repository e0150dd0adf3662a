"use client";

import { Ellipsis, GitBranchPlus, Lock, LockOpen, Play, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { Button, IconButton, LinkButton } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type ReviewDetail, reviewDelete, reviewUpdate } from "#lib/reviews/schema.ts";
import { ApplyDialog } from "./apply-dialog.tsx";

/** Name, what it is about, and what can be done with it. */
export function ReviewHeader({ review }: { review: ReviewDetail }) {
  const viewer = useViewer();
  const [applying, setApplying] = useState(false);
  const closed = review.state === "closed";
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
            {viewer.can("review.manage") ? <ReviewMenu review={review} /> : null}
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

function ReviewMenu({ review }: { review: ReviewDetail }) {
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const closed = review.state === "closed";
  const update = useMutate(reviewUpdate, { onError: (error) => void toast.error(error.message) });
  const remove = useMutate(reviewDelete, {
    onSuccess: () => router.push(`/projects/${review.projectId}/review`),
    onError: (error) => void toast.error(error.message),
    // the page of what is gone must not ask for it again
    invalidates: ["review.list"],
  });
  const decisions = review.people.reduce(
    (sum, person) => sum + person.accepted + person.corrected + person.rejected,
    0,
  );
  return (
    <>
      <DropdownMenu
        label="Review"
        trigger={
          <IconButton label="Review menu" variant="secondary">
            <Ellipsis aria-hidden />
          </IconButton>
        }
        items={[
          {
            label: closed ? "Open again" : "Close",
            hint: closed ? "Decisions are taken again." : "No further decision is taken.",
            icon: closed ? <LockOpen aria-hidden /> : <Lock aria-hidden />,
            onSelect: () => update.mutate({ reviewId: review.id, state: closed ? "open" : "closed" }),
          },
          "separator",
          { label: "Delete", icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setDeleting(true) },
        ]}
      />
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete the review ${review.name}?`}
        confirmLabel="Delete the review"
        pending={remove.isPending}
        {...(decisions > 0 ? { typeToConfirm: review.name } : {})}
        onConfirm={() => remove.mutate({ reviewId: review.id })}
      >
        {plural(decisions, "decision")} of {plural(review.people.length, "person", "people")} go with it and cannot be
        had back. Versions that were made of them stay.
      </ConfirmDialog>
    </>
  );
}
