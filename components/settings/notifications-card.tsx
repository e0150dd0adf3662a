"use client";

import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import type { MailWish, NotificationPreferences } from "#lib/mails/schema.ts";
import { type Me, meGet, meUpdate } from "#lib/teams/me-schema.ts";

const runEvents: { key: keyof NotificationPreferences; label: string; hint: string }[] = [
  { key: "runSucceeded", label: "A run finished", hint: "Import, labelling, fine-tune or evaluation is done." },
  { key: "runFailed", label: "A run failed", hint: "With the reason and what to do about it." },
  {
    key: "runBudget",
    label: "A run stopped at its budget",
    hint: "Or the teacher's account ran out of funds, or a disk is full. It waits for you.",
  },
];

const reviewEvent = {
  key: "reviewAssigned",
  label: "Rows to review",
  hint: "Somebody asks you to decide rows of a review.",
} as const;

const runWishes: { value: MailWish; label: string }[] = [
  { value: "own", label: "Runs I started" },
  { value: "all", label: "All runs of my teams" },
  { value: "none", label: "Never" },
];
const reviewWishes: { value: MailWish; label: string }[] = [
  { value: "own", label: "Reviews I am asked for" },
  { value: "none", label: "Never" },
];

/** Each person chooses for themselves, over all their teams. */
export function NotificationsCard() {
  const me = useEndpoint(meGet, {});
  const viewer = useViewer();
  return (
    <Card
      title={viewer.can("run.read") ? "E-mail about runs and reviews" : "E-mail about reviews"}
      hint={me.data ? `Sent to ${me.data.email}. At most 20 an hour; what is over goes into one list.` : "\u00a0"}
      flush
    >
      {me.data ? (
        <Events me={me.data} aboutRuns={viewer.can("run.read")} />
      ) : me.error ? (
        <ErrorState error={me.error} onRetry={me.refetch} />
      ) : (
        <Skeleton className="m-4 h-40" />
      )}
    </Card>
  );
}

function Events({ me, aboutRuns }: { me: Me; aboutRuns: boolean }) {
  const save = useMutate(meUpdate, {
    invalidates: [meGet.name],
    onSuccess: () => void toast.success("Saved"),
    onError: (error) => void toast.error(error.message),
  });
  const wanted = (key: keyof NotificationPreferences) =>
    (save.isPending ? save.variables.notifications?.[key] : undefined) ?? me.notifications[key];
  return (
    <ul className="divide-y">
      {[...(aboutRuns ? runEvents : []), reviewEvent].map(({ key, label, hint }) => (
        <li key={key} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
          <div className="min-w-0">
            <p className="font-medium">{label}</p>
            <p className="text-sm text-muted">{hint}</p>
          </div>
          <Select
            aria-label={label}
            className="w-56"
            value={wanted(key)}
            onValueChange={(wish) => save.mutate({ notifications: { [key]: wish } })}
            options={key === "reviewAssigned" ? reviewWishes : runWishes}
          />
        </li>
      ))}
    </ul>
  );
}
