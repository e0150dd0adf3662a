"use client";

import { MailPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import type { Role } from "#lib/core/permissions.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import {
  type Invitation,
  invitationCreate,
  invitationList,
  invitationResend,
  invitationRevoke,
} from "#lib/teams/invitation-schema.ts";
import { roleOptions } from "./role-words.ts";

const invalidates = [invitationList.name];

/** Open invitations and the form for a new one. */
export function InvitationsCard() {
  const invitations = useEndpoint(invitationList, {});
  const [link, setLink] = useState<{ email: string; link: string } | null>(null);
  const onSent = (sent: { email: string; link: string | null }) => {
    setLink(sent.link ? { email: sent.email, link: sent.link } : null);
    if (!sent.link) toast.success(`Invitation is on its way to ${sent.email}`);
  };
  return (
    <Card title="Invitations" hint="A link works once, for the address it was made for, and for 7 days." flush>
      <div className="space-y-4 border-b p-4">
        <InviteForm onSent={onSent} />
        {link ? (
          <div role="status" className="space-y-2">
            <p className="text-sm text-attention">
              This installation sends no e-mail. Give this link to {link.email} yourself; it is not shown again here.
            </p>
            <CodeBlock caption={`Invitation of ${link.email}`} code={link.link} wrap />
          </div>
        ) : null}
      </div>
      {invitations.error ? (
        <ErrorState error={invitations.error} onRetry={invitations.refetch} />
      ) : !invitations.data ? (
        <SkeletonRows rows={2} columns={4} />
      ) : invitations.data.items.length === 0 ? (
        <EmptyState
          picture={<MailPlus aria-hidden />}
          title="No open invitations."
          hint="Type an address above to invite somebody."
        />
      ) : (
        <Table label="Invitations">
          <TableHead>
            <Th>Address</Th>
            <Th>Role</Th>
            <Th>Invited</Th>
            <Th>Ends</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </TableHead>
          <tbody>
            {invitations.data.items.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} onSent={onSent} />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

type OnSent = (sent: { email: string; link: string | null }) => void;

function InviteForm({ onSent }: { onSent: OnSent }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("engineer");
  const invite = useMutate(invitationCreate, {
    invalidates,
    onSuccess: (sent) => {
      setEmail("");
      onSent(sent);
    },
  });
  const { error } = invite;

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    invite.mutate({ email, role });
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-wrap items-start gap-3">
      <Field
        label="E-mail"
        className="min-w-60 flex-1"
        error={
          error ? (error.detail.fields?.email ?? [error.message, error.detail.todo].filter(Boolean).join(" ")) : null
        }
      >
        <Input type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />
      </Field>
      <Field label="Role" className="w-36">
        <Select value={role} onValueChange={setRole} options={roleOptions} />
      </Field>
      <Button type="submit" variant="primary" className="mt-6" pending={invite.isPending} disabled={email === ""}>
        Invite
      </Button>
    </form>
  );
}

function InvitationRow({ invitation, onSent }: { invitation: Invitation; onSent: OnSent }) {
  const complain = (error: Error) => void toast.error(error.message);
  const resend = useMutate(invitationResend, { invalidates, onSuccess: onSent, onError: complain });
  const revoke = useMutate(invitationRevoke, {
    invalidates,
    onSuccess: () => void toast.success(`Invitation of ${invitation.email} revoked`),
    onError: complain,
  });
  const input = { invitationId: invitation.id };
  return (
    <Tr>
      <Td>
        {invitation.email}
        <span className="block text-xs text-muted">by {invitation.invitedBy}</span>
      </Td>
      <Td>{roleOptions.find((option) => option.value === invitation.role)?.label}</Td>
      <Td>
        <RelativeTime at={invitation.createdAt} />
      </Td>
      <Td>
        {invitation.expired ? <Badge tone="attention">expired</Badge> : <RelativeTime at={invitation.expiresAt} />}
      </Td>
      <Td className="text-right">
        <Button size="sm" variant="ghost" pending={resend.isPending} onClick={() => resend.mutate(input)}>
          New link
        </Button>
        <Button size="sm" variant="ghost" pending={revoke.isPending} onClick={() => revoke.mutate(input)}>
          Revoke
        </Button>
      </Td>
    </Tr>
  );
}
