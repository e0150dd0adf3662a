"use client";

import { GraduationCap, Plus } from "lucide-react";
import Link from "next/link";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { exactMoney, formatDuration, formatMoney, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type Teacher, teacherList } from "#lib/teachers/schema.ts";
import { sourceWords } from "./presets.ts";

/** Every endpoint the team may label with. */
export function TeacherList() {
  const viewer = useViewer();
  const url = useUrlState();
  const cursor = url.get("cursor");
  const list = useEndpoint(teacherList, cursor ? { cursor } : {}, { keepPrevious: true });
  const items = list.data?.items ?? [];
  const add = viewer.can("teacher.write") ? (
    <LinkButton href="/teachers/new" variant="primary" icon={<Plus aria-hidden />}>
      Add a teacher
    </LinkButton>
  ) : null;
  return (
    <>
      <PageHeader
        title="Teachers"
        hint="Large models that label your data: an endpoint, one model, and what it costs."
        actions={items.length > 0 ? add : null}
      />
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={4} columns={5} />
        ) : items.length === 0 ? (
          <EmptyState
            picture={<GraduationCap />}
            title="A teacher is the model whose answers your student learns."
            hint="Any OpenAI-compatible endpoint: a hosted model, or vLLM or Ollama on your own machines."
            action={add}
          />
        ) : (
          <Teachers items={items} />
        )}
        <Pagination
          nextCursor={list.data?.nextCursor}
          count={items.length > 0 ? plural(items.length, "teacher") : null}
        />
      </Card>
    </>
  );
}

function Teachers({ items }: { items: readonly Teacher[] }) {
  return (
    <Table label="Teachers">
      <TableHead>
        <Th>Name</Th>
        <Th>Model</Th>
        <Th className="max-md:hidden">Endpoint</Th>
        <Th numeric unit="per Mtok">
          Input
        </Th>
        <Th numeric unit="per Mtok">
          Output
        </Th>
        <Th className="max-sm:hidden">Key</Th>
        <Th>Last test</Th>
      </TableHead>
      <tbody>
        {items.map((teacher) => (
          <Tr key={teacher.id}>
            <Td>
              <span className="flex items-center gap-2">
                <Link href={`/teachers/${teacher.id}`} className="link font-medium">
                  {teacher.name}
                </Link>
                {teacher.simulated ? <SimulatedBadge /> : null}
              </span>
            </Td>
            <Td mono>{teacher.model}</Td>
            <Td mono className="text-muted max-md:hidden">
              {new URL(teacher.baseUrl).host}
            </Td>
            <Td numeric title={`${exactMoney(teacher.inputPriceMicrosPerMtok)}, ${sourceWords(teacher.priceSource)}`}>
              {formatMoney(teacher.inputPriceMicrosPerMtok)}
            </Td>
            <Td numeric title={`${exactMoney(teacher.outputPriceMicrosPerMtok)}, ${sourceWords(teacher.priceSource)}`}>
              {formatMoney(teacher.outputPriceMicrosPerMtok)}
            </Td>
            <Td className="whitespace-nowrap text-muted max-sm:hidden">
              {teacher.hasKey ? `stored${teacher.keyHint ? ` …${teacher.keyHint}` : ""}` : "none"}
            </Td>
            <Td className="whitespace-nowrap">
              <LastTest teacher={teacher} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function LastTest({ teacher: { lastTest } }: { teacher: Teacher }) {
  if (!lastTest) return <span className="text-faint">not tested</span>;
  return (
    <span className="flex items-center gap-2">
      <Badge tone={lastTest.ok ? "good" : "bad"}>{lastTest.ok ? formatDuration(lastTest.latencyMs) : "failed"}</Badge>
      <span className="text-xs text-muted">
        <RelativeTime at={lastTest.at} />
      </span>
    </span>
  );
}
