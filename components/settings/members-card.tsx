"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Member, memberList, memberRemove, memberUpdate, teamGet } from "#lib/teams/schema.ts";
import { roleOptions } from "./role-words.ts";

const complain = (error: AppError) => void toast.error(error.message, { description: error.detail.todo });

/** People and their roles; owners change both. */
export function MembersCard() {
  const members = useEndpoint(memberList, {});
  const { can } = useViewer();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const remove = useMutate(memberRemove, {
    invalidates: [memberList.name, teamGet.name],
    onSuccess: () => {
      setLeaving(null);
      toast.success("Removed");
    },
    onError: (error) => {
      setLeaving(null);
      complain(error);
    },
  });
  const manages = can("team.manage");

  return (
    <Card title="Members" flush>
      {members.error ? (
        <ErrorState error={members.error} onRetry={members.refetch} />
      ) : members.data ? (
        <Table label="Members">
          <TableHead>
            <Th>Person</Th>
            <Th>Role</Th>
            <Th>Last seen</Th>
            <Th>Joined</Th>
            {manages ? (
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            ) : null}
          </TableHead>
          <tbody>
            {members.data.items.map((member) => (
              <MemberRow key={member.userId} member={member} manages={manages} onRemove={() => setLeaving(member)} />
            ))}
          </tbody>
        </Table>
      ) : (
        <SkeletonRows rows={3} columns={4} />
      )}
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => (open ? undefined : setLeaving(null))}
        title={`Remove ${leaving?.name ?? ""}?`}
        confirmLabel="Remove from the team"
        danger
        pending={remove.isPending}
        onConfirm={() => leaving && remove.mutate({ userId: leaving.userId })}
      >
        Their open browsers and API tokens for this team end at once. What they made stays; an invitation brings them
        back.
      </ConfirmDialog>
    </Card>
  );
}

function MemberRow({ member, manages, onRemove }: { member: Member; manages: boolean; onRemove: () => void }) {
  const { userId } = useViewer();
  const update = useMutate(memberUpdate, {
    invalidates: [memberList.name],
    onSuccess: ({ name, role }) => {
      toast.success(`${name} is ${role} now`);
      // one's own role decides what every page offers
      if (member.userId === userId) window.location.reload();
    },
    onError: complain,
  });
  const self = member.userId === userId;
  const role = update.isPending ? update.variables.role : member.role;
  return (
    <Tr>
      <Td>
        <span className="font-medium">{member.name}</span> {self ? <Badge tone="accent">you</Badge> : null}
        <span className="block text-xs text-muted">{member.email}</span>
      </Td>
      <Td>
        {manages ? (
          <Select
            aria-label={`Role of ${member.name}`}
            className="w-32"
            value={role}
            onValueChange={(next) => update.mutate({ userId: member.userId, role: next })}
            options={roleOptions}
          />
        ) : (
          roleOptions.find((option) => option.value === member.role)?.label
        )}
      </Td>
      <Td>
        {member.lastSeenAt ? (
          <RelativeTime at={member.lastSeenAt} />
        ) : (
          <span className="text-faint">not signed in</span>
        )}
      </Td>
      <Td>
        <RelativeTime at={member.joinedAt} />
      </Td>
      {manages ? (
        <Td className="text-right">
          <Button size="sm" variant="ghost" onClick={onRemove}>
            Remove
          </Button>
        </Td>
      ) : null}
    </Tr>
  );
}
