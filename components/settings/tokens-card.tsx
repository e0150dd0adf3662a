"use client";

import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Switch } from "#components/ui/choice.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type ApiToken, tokenList, tokenRevoke } from "#lib/tokens/schema.ts";
import { NewTokenDialog } from "./new-token-dialog.tsx";

const tones: Record<ApiToken["state"], Tone> = { active: "good", expired: "attention", revoked: "neutral" };

/** What scripts sign in with. Values are shown once, when they are made. */
export function TokensCard({ url }: { url: string }) {
  const { whyNot, role } = useViewer();
  const [all, setAll] = useState(false);
  const [creating, setCreating] = useState(false);
  const [ending, setEnding] = useState<ApiToken | null>(null);
  const tokens = useEndpoint(tokenList, { all }, { keepPrevious: true });
  const revoke = useMutate(tokenRevoke, {
    invalidates: [tokenList.name],
    onSuccess: () => {
      setEnding(null);
      toast.success("Revoked: refused from now on");
    },
  });
  const create = (
    <Button
      variant="primary"
      size="sm"
      icon={<Plus aria-hidden />}
      disabledReason={whyNot("token.manage")}
      onClick={() => setCreating(true)}
    >
      New token
    </Button>
  );

  return (
    <Card
      title="API tokens"
      hint={role === "owner" ? "All of the team, since you are an owner." : "Yours in this team."}
      flush
      actions={
        <>
          <Switch label="Revoked and expired too" checked={all} onCheckedChange={setAll} />
          {create}
        </>
      }
    >
      {tokens.error ? (
        <ErrorState error={tokens.error} onRetry={tokens.refetch} />
      ) : !tokens.data ? (
        <SkeletonRows rows={3} columns={6} />
      ) : tokens.data.items.length === 0 ? (
        <EmptyState
          picture={<KeyRound aria-hidden />}
          title="A token lets a script do what you do here."
          hint="Everything in the browser goes through the same REST API; the reference is under Docs."
          action={create}
        />
      ) : (
        <TokenTable tokens={tokens.data.items} onRevoke={setEnding} />
      )}
      <NewTokenDialog open={creating} onOpenChange={setCreating} url={url} />
      <ConfirmDialog
        open={ending !== null}
        onOpenChange={(open) => (open ? undefined : setEnding(null))}
        title={`Revoke “${ending?.name ?? ""}”?`}
        confirmLabel="Revoke token"
        danger
        pending={revoke.isPending}
        onConfirm={() => ending && revoke.mutate({ apiTokenId: ending.id })}
      >
        Scripts that use {ending?.prefix}… are refused from their next request on. This cannot be undone.
      </ConfirmDialog>
    </Card>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: ApiToken[]; onRevoke: (token: ApiToken) => void }) {
  const { whyNot } = useViewer();
  return (
    <Table label="API tokens">
      <TableHead>
        <Th>Name</Th>
        <Th>Scopes</Th>
        <Th>State</Th>
        <Th>Last used</Th>
        <Th>Ends</Th>
        <Th>
          <span className="sr-only">Actions</span>
        </Th>
      </TableHead>
      <tbody>
        {tokens.map((token) => (
          <Tr key={token.id}>
            <Td>
              <span className="font-medium">{token.name}</span>
              <span className="block text-xs text-muted">
                <code>{token.prefix}…</code> · {token.person.name}
              </span>
            </Td>
            <Td>{token.scopes.join(", ")}</Td>
            <Td>
              <Badge tone={tones[token.state]}>{token.state}</Badge>
            </Td>
            <Td>
              {token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : <span className="text-faint">never</span>}
            </Td>
            <Td>
              {token.expiresAt ? <RelativeTime at={token.expiresAt} /> : <span className="text-faint">never</span>}
            </Td>
            <Td className="text-right">
              {token.state === "active" ? (
                <Button
                  size="sm"
                  variant="ghost"
                  disabledReason={whyNot("token.manage")}
                  onClick={() => onRevoke(token)}
                >
                  Revoke
                </Button>
              ) : null}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
