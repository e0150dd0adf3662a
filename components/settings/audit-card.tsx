"use client";

import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Input } from "#components/ui/field.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { urlOf } from "#lib/http/request.ts";
import { type AuditEntry, auditExport, auditList } from "#lib/teams/audit-schema.ts";
import { memberList } from "#lib/teams/schema.ts";
import { AuditDetail } from "./audit-detail.tsx";
import { auditInput } from "./audit-input.ts";

/** Nouns whose verbs leave entries; the filter takes any verb in the URL too. */
const nouns = [
  "project",
  "task",
  "dataset",
  "upload",
  "teacher",
  "generation",
  "run",
  "finetune",
  "student",
  "evaluation",
]
  .concat(["savings", "team", "member", "invitation", "token", "session", "me", "password"])
  .map((noun) => ({ value: noun, label: noun }));

/** Who did what, newest first. The URL holds the filters; the export takes the same ones. */
export function AuditCard() {
  const url = useUrlState();
  const input = auditInput(url.get);
  const entries = useEndpoint(auditList, input, { keepPrevious: true });
  const members = useEndpoint(memberList, {});
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const filtered = Object.keys(input).length > 0;
  return (
    <div className="space-y-4">
      <FilterBar
        filters={[
          { key: "action", label: "What", options: nouns },
          {
            key: "userId",
            label: "Who",
            options: (members.data?.items ?? []).map(({ userId, name }) => ({ value: userId, label: name })),
          },
        ]}
      >
        <Day name="from" label="From" />
        <Day name="to" label="Before" />
        <ExportMenu />
      </FilterBar>
      <Card flush>
        {entries.error ? (
          <ErrorState error={entries.error} onRetry={entries.refetch} />
        ) : !entries.data ? (
          <SkeletonRows rows={12} columns={4} />
        ) : entries.data.items.length === 0 ? (
          <EmptyState
            picture={<ScrollText aria-hidden />}
            title={filtered ? "No entry fits these filters." : "Nothing happened yet."}
            hint="Every change that a person or a token makes leaves one entry."
          />
        ) : (
          <AuditTable entries={entries.data.items} onOpen={setOpen} />
        )}
        <Pagination nextCursor={entries.data?.nextCursor} />
      </Card>
      <AuditDetail entry={open} onClose={() => setOpen(null)} />
    </div>
  );
}

function Day({ name, label }: { name: "from" | "to"; label: string }) {
  const url = useUrlState();
  return (
    <Input
      type="date"
      aria-label={`${label} (UTC)`}
      title={`${label} this day, UTC`}
      className="w-36!"
      value={url.get(name).slice(0, 10)}
      onChange={(event) => url.set({ [name]: event.target.value, cursor: "", back: "" })}
    />
  );
}

function ExportMenu() {
  const { cursor: _page, ...filters } = auditInput(useUrlState().get);
  return (
    <DropdownMenu
      label="Export"
      trigger={<Button icon={<Download aria-hidden />}>Export</Button>}
      items={(["csv", "jsonl"] as const).map((format) => ({
        label: format === "csv" ? "CSV for a spreadsheet" : "JSON lines",
        onSelect: () => window.location.assign(urlOf(auditExport, { ...filters, format })),
      }))}
    />
  );
}

function AuditTable({ entries, onOpen }: { entries: AuditEntry[]; onOpen: (entry: AuditEntry) => void }) {
  return (
    <Table label="Audit log">
      <TableHead>
        <Th>When</Th>
        <Th>Who</Th>
        <Th>What</Th>
        <Th>On</Th>
      </TableHead>
      <tbody>
        {entries.map((entry) => (
          <Tr key={entry.id}>
            <Td>
              <RelativeTime at={entry.at} />
            </Td>
            <Td>
              {entry.person?.name ?? <span className="text-muted">nobody signed in</span>}
              {entry.token ? <span className="block text-xs text-muted">with token {entry.token.name}</span> : null}
            </Td>
            <Td>
              <button type="button" className="link font-mono text-xs" onClick={() => onOpen(entry)}>
                {entry.action}
              </button>
            </Td>
            <Td mono className="text-muted">
              {entry.targetId ? `…${entry.targetId.slice(-12)}` : "–"}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
