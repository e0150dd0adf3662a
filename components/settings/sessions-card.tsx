"use client";

import { toast } from "sonner";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { meEndOtherSessions, meEndSession, meSessions } from "#lib/teams/me-schema.ts";
import { browserName } from "./browser-name.ts";

/** Where this person is signed in. */
export function SessionsCard() {
  const sessions = useEndpoint(meSessions, {});
  const invalidates = [meSessions.name];
  const end = useMutate(meEndSession, { invalidates, onSuccess: () => void toast.success("Signed out there") });
  const endOthers = useMutate(meEndOtherSessions, {
    invalidates,
    onSuccess: ({ endedSessions }) => void toast.success(`${plural(endedSessions, "session")} ended`),
  });
  const items = sessions.data?.items;

  return (
    <Card
      title="Signed-in browsers"
      hint="A session ends 30 days after signing in, or at once here."
      flush
      actions={
        <Button
          size="sm"
          pending={endOthers.isPending}
          disabled={(items?.length ?? 0) < 2}
          onClick={() => endOthers.mutate({})}
        >
          Sign out all others
        </Button>
      }
    >
      {sessions.error ? (
        <ErrorState error={sessions.error} onRetry={sessions.refetch} />
      ) : items ? (
        <Table label="Signed-in browsers" maxHeight="24rem">
          <TableHead>
            <Th>Browser</Th>
            <Th>Address</Th>
            <Th>Last seen</Th>
            <Th>Signed in</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </TableHead>
          <tbody>
            {items.map((session) => (
              <Tr key={session.id}>
                <Td title={session.userAgent}>
                  {browserName(session.userAgent)} {session.current ? <Badge tone="accent">this one</Badge> : null}
                </Td>
                <Td mono>{session.ip || "–"}</Td>
                <Td>
                  <RelativeTime at={session.lastSeenAt} />
                </Td>
                <Td>
                  <RelativeTime at={session.createdAt} />
                </Td>
                <Td className="text-right">
                  {session.current ? null : (
                    <Button size="sm" variant="ghost" onClick={() => end.mutate({ sessionId: session.id })}>
                      Sign out
                    </Button>
                  )}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      ) : (
        <SkeletonRows rows={2} columns={5} />
      )}
    </Card>
  );
}
