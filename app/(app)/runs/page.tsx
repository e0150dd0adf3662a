import type { Metadata } from "next";
import { runListInput } from "#components/runs/list-input.ts";
import { RunList } from "#components/runs/run-list.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { runList } from "#lib/runs/schema.ts";

export const metadata: Metadata = { title: "Runs" };

type Search = Record<string, string | string[] | undefined>;

export default async function RunsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  const input = runListInput((key) => [search[key]].flat()[0] ?? "");
  return (
    <Prefetch of={[prefetch(runList, input)]}>
      <RunList />
    </Prefetch>
  );
}
