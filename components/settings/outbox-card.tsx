"use client";

import { Mail } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type MailState, type OutboxMail, outboxList } from "#lib/mails/schema.ts";
import { MailView } from "./mail-view.tsx";
import { mailKinds, mailStates } from "./mail-words.ts";
import { outboxInput } from "./outbox-input.ts";

const options = <V extends string>(words: Record<V, string>) =>
  (Object.entries(words) as [V, string][]).map(([value, label]) => ({ value, label }));
const stateOptions = (Object.entries(mailStates) as [MailState, { word: string }][]).map(([value, { word }]) => ({
  value,
  label: word,
}));

/** Every mail of the team, sent or not. `?mail=` opens one. */
export function OutboxCard() {
  const url = useUrlState();
  const mails = useEndpoint(outboxList, outboxInput(url.get), { keepPrevious: true, refetchInterval: 10_000 });
  const filtered = Boolean(url.get("q") || url.get("state") || url.get("kind"));
  return (
    <div className="space-y-4">
      {mails.data && !mails.data.delivers ? (
        <p className="rounded-lg border bg-attention-soft px-4 py-3 text-attention">
          No mail server is set, so mails are kept here to be read. Set <code>SMTP_URL</code> and start again to have
          them delivered.
        </p>
      ) : null}
      <FilterBar
        searchKey="q"
        searchPlaceholder="Search recipient or subject …"
        filters={[
          { key: "state", label: "State", options: stateOptions },
          { key: "kind", label: "Kind", options: options(mailKinds) },
        ]}
      />
      <Card flush>
        {mails.error ? (
          <ErrorState error={mails.error} onRetry={mails.refetch} />
        ) : !mails.data ? (
          <SkeletonRows rows={8} columns={4} />
        ) : mails.data.items.length === 0 ? (
          <EmptyState
            picture={<Mail aria-hidden />}
            title={filtered ? "No mail fits these filters." : "No mail yet."}
            hint={filtered ? undefined : "Invitations and mails about runs appear here as soon as they are written."}
          />
        ) : (
          <MailTable mails={mails.data.items} onOpen={(id) => url.set({ mail: id })} />
        )}
        <Pagination nextCursor={mails.data?.nextCursor} />
      </Card>
      <Drawer
        open={url.get("mail") !== ""}
        onOpenChange={(open) => (open ? undefined : url.set({ mail: "" }))}
        title="E-mail"
      >
        {url.get("mail") ? <MailView id={url.get("mail")} /> : null}
      </Drawer>
    </div>
  );
}

function MailTable({ mails, onOpen }: { mails: OutboxMail[]; onOpen: (id: string) => void }) {
  return (
    <Table label="E-mails">
      <TableHead>
        <Th>Subject</Th>
        <Th>To</Th>
        <Th>State</Th>
        <Th>Written</Th>
      </TableHead>
      <tbody>
        {mails.map((mail) => (
          <Tr key={mail.id}>
            <Td className="max-w-80">
              <button type="button" className="link block w-full truncate text-left" onClick={() => onOpen(mail.id)}>
                {mail.subject}
              </button>
              <span className="text-xs text-muted">{mailKinds[mail.kind]}</span>
            </Td>
            <Td>{mail.to}</Td>
            <Td>
              <Badge tone={mailStates[mail.state].tone}>{mailStates[mail.state].word}</Badge>
              {mail.lastError ? (
                <span className="block max-w-60 truncate text-xs text-bad">{mail.lastError}</span>
              ) : null}
            </Td>
            <Td>
              <RelativeTime at={mail.createdAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
