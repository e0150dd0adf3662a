import type { Metadata } from "next";
import { OutboxCard } from "#components/settings/outbox-card.tsx";
import { outboxInput } from "#components/settings/outbox-input.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { outboxList } from "#lib/mails/schema.ts";

export const metadata: Metadata = { title: "Outbox" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function OutboxPage({ searchParams }: { searchParams: Search }) {
  const search = await searchParams;
  const input = outboxInput((name) => [search[name]].flat()[0] ?? "");
  return (
    <Prefetch of={[prefetch(outboxList, input)]}>
      <OutboxCard />
    </Prefetch>
  );
}
