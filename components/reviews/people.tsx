"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatCount, missing } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type ReviewDetail, reviewChoices, reviewUpdate } from "#lib/reviews/schema.ts";
import { RowsLink } from "./rows-link.tsx";

const counted = [
  { action: "accept", count: "accepted" },
  { action: "correct", count: "corrected" },
  { action: "reject", count: "rejected" },
] as const;

/** Who decides, what they decided, and how fast. */
export function PeopleCard({ review }: { review: ReviewDetail }) {
  const viewer = useViewer();
  const [asking, setAsking] = useState(false);
  return (
    <Card
      title="People"
      hint={
        review.reviewers === 2 ? "Every row is decided by two different people." : "Every row is decided by one person."
      }
      actions={
        viewer.can("review.manage") ? (
          <Button size="sm" onClick={() => setAsking(true)}>
            Ask others
          </Button>
        ) : null
      }
      flush
    >
      <Table label="People">
        <TableHead>
          <Th>Person</Th>
          <Th numeric>Accepted</Th>
          <Th numeric>Corrected</Th>
          <Th numeric>Rejected</Th>
          <Th numeric className="max-sm:hidden">
            Skipped
          </Th>
          <Th numeric className="max-sm:hidden" unit="rows/h">
            Pace
          </Th>
        </TableHead>
        <tbody>
          {review.people.map((person) => (
            <Tr key={person.userId}>
              <Td className="min-w-32">
                <bdi>{person.name}</bdi>
                {person.assigned ? null : <span className="text-xs text-muted"> no longer asked</span>}
              </Td>
              {counted.map(({ action, count }) => (
                <Td key={action} numeric>
                  <RowsLink filter={{ userId: person.userId, action }}>{formatCount(person[count])}</RowsLink>
                </Td>
              ))}
              <Td numeric className="max-sm:hidden">
                <RowsLink filter={{ userId: person.userId, action: "skip" }}>{formatCount(person.skipped)}</RowsLink>
              </Td>
              <Td numeric className="max-sm:hidden">
                {person.rowsPerHour === null ? missing : formatCount(Math.round(person.rowsPerHour))}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Who is asked"
        description="People who are new get a mail. Whoever is taken off keeps their decisions."
      >
        {asking ? <Asked review={review} onDone={() => setAsking(false)} /> : null}
      </Dialog>
    </Card>
  );
}

function Asked({ review, onDone }: { review: ReviewDetail; onDone: () => void }) {
  const choices = useEndpoint(reviewChoices, { projectId: review.projectId });
  const [people, setPeople] = useState<readonly string[]>(() =>
    review.people.filter(({ assigned }) => assigned).map(({ userId }) => userId),
  );
  const update = useMutate(reviewUpdate, { onSuccess: onDone, onError: (error) => void toast.error(error.message) });
  if (choices.error) return <ErrorState error={choices.error} onRetry={() => void choices.refetch()} />;
  if (!choices.data) return <SkeletonRows rows={3} columns={1} />;
  return (
    <div className="space-y-4">
      <ul className="space-y-2">
        {choices.data.people.map((person) => (
          <li key={person.userId}>
            <Checkbox
              checked={people.includes(person.userId)}
              onCheckedChange={(on) =>
                setPeople((was) => (on ? [...was, person.userId] : was.filter((id) => id !== person.userId)))
              }
              label={person.name}
              hint={person.role}
            />
          </li>
        ))}
      </ul>
      <div className="flex justify-end">
        <Button
          variant="primary"
          pending={update.isPending}
          disabledReason={people.length < review.reviewers ? "Every row needs that many people." : null}
          onClick={() => update.mutate({ reviewId: review.id, assignees: [...people] })}
        >
          Save
        </Button>
      </div>
    </div>
  );
}
