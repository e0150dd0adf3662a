"use client";

import type { ReactNode } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatBytes, formatCount, formatDuration } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type SystemHealth, systemGet } from "#lib/teams/system-schema.ts";

/** Is everything up, where does it run, what is set? Asked again every five seconds. */
export function SystemView() {
  const system = useEndpoint(systemGet, {}, { refetchInterval: 5_000 });
  if (!system.data) {
    if (system.error) return <ErrorState error={system.error} onRetry={system.refetch} />;
    return (
      <div className="space-y-6">
        <Skeleton className="h-60 w-full" />
        <Skeleton className="h-40 w-full" />
      </div>
    );
  }
  return (
    <div className="space-y-6">
      {system.error ? <ErrorState error={system.error} onRetry={system.refetch} /> : null}
      <Parts health={system.data} />
      <Workers workers={system.data.workers} />
      <Storage storage={system.data.storage} />
      <Settings settings={system.data.settings} />
    </div>
  );
}

function State({ ok, words }: { ok: boolean; words: [good: string, bad: string] }) {
  return <Badge tone={ok ? "good" : "bad"}>{ok ? words[0] : words[1]}</Badge>;
}

function Parts({ health }: { health: SystemHealth }) {
  const { database, queue, workers, mail } = health;
  const alive = workers.filter((worker) => worker.alive).length;
  const waiting = Object.values(queue.depth).reduce((sum, depth) => sum + depth, 0);
  const items: [string, ReactNode][] = [
    ["Stillhouse", `${health.version} on Node ${health.node.replace(/^v/, "")}, ${health.url}`],
    [
      "Database",
      <span key="database">
        <State ok={database.ok} words={["up", "down"]} /> {database.version}, {formatBytes(database.sizeBytes)}, answers
        in {formatDuration(database.latencyMs)}
      </span>,
    ],
    [
      "Queue",
      <span key="queue">
        <State ok={queue.ok} words={["up", "down"]} /> {queue.kind === "redis" ? "Redis" : "PostgreSQL"},{" "}
        {formatCount(waiting)} waiting or at work
      </span>,
    ],
    [
      "Workers",
      <span key="workers">
        <State ok={alive > 0} words={[`${alive} alive`, "none alive"]} />{" "}
        {alive > 0 ? "" : "Runs wait until one is started; npm start starts one."}
      </span>,
    ],
    [
      "E-mail",
      mail.delivers
        ? `delivered from ${mail.from}; ${formatCount(mail.pending)} waiting, ${formatCount(mail.failed)} failed`
        : "kept in the outbox: SMTP_URL is not set",
    ],
  ];
  return (
    <Card title="Health">
      <KeyValue items={items} />
    </Card>
  );
}

function Workers({ workers }: { workers: SystemHealth["workers"] }) {
  return (
    <Card title="Workers" hint="A worker that was not seen for 15 s is gone; its runs go on elsewhere." flush>
      {workers.length === 0 ? (
        <EmptyState title="No worker runs." hint="Start one with npm start, or node workers/index.ts on any machine." />
      ) : (
        <Table label="Workers">
          <TableHead>
            <Th>Host</Th>
            <Th numeric>Process</Th>
            <Th>State</Th>
            <Th>Seen</Th>
            <Th>Started</Th>
          </TableHead>
          <tbody>
            {workers.map((worker) => (
              <Tr key={worker.id}>
                <Td mono>{worker.host}</Td>
                <Td numeric>{worker.pid}</Td>
                <Td>
                  <State ok={worker.alive} words={["alive", "gone"]} />
                </Td>
                <Td>
                  <RelativeTime at={worker.seenAt} />
                </Td>
                <Td>
                  <RelativeTime at={worker.startedAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function Storage({ storage }: { storage: SystemHealth["storage"] }) {
  return (
    <Card
      title="Storage"
      hint={
        storage.freeBytes === null
          ? "Files of uploads and students."
          : `${formatBytes(storage.freeBytes)} free on its disk.`
      }
      flush
    >
      {storage.folders.length === 0 ? (
        <EmptyState title="No files yet." hint="Uploads and students will be counted here." />
      ) : (
        <Table label="Storage">
          <TableHead>
            <Th>Folder</Th>
            <Th numeric>Files</Th>
            <Th numeric>Size</Th>
          </TableHead>
          <tbody>
            {storage.folders.map((folder) => (
              <Tr key={folder.name}>
                <Td mono>{folder.name}</Td>
                <Td numeric>{formatCount(folder.files)}</Td>
                <Td numeric>{formatBytes(folder.bytes)}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function Settings({ settings }: { settings: SystemHealth["settings"] }) {
  return (
    <Card
      title="Settings in force"
      hint="From the environment and .env; the values of secrets never leave the server."
      flush
    >
      <Table label="Settings in force" compact>
        <TableHead>
          <Th>Name</Th>
          <Th>Value</Th>
        </TableHead>
        <tbody>
          {settings.map(({ name, value, secret }) => (
            <Tr key={name}>
              <Td mono>{name}</Td>
              <Td className={value === "not set" ? "text-faint" : undefined}>
                {value} {secret && value === "set" ? <span className="text-faint">(secret)</span> : null}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
