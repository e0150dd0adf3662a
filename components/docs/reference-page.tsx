"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useMemo } from "react";
import { PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar } from "#components/ui/filter-bar.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { plural } from "#lib/format.ts";
import { errorOf } from "#lib/http/request.ts";
import { FirstScript } from "./first-script.tsx";
import { OperationCard } from "./operation-card.tsx";
import { findOperations, type OpenApi, type Operation, operationsOf } from "./reference.ts";

const documentUrl = "/api/v1/openapi.json";

async function loadDocument(): Promise<OpenApi> {
  const response = await fetch(documentUrl);
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as OpenApi;
}

/** The API reference, made in the browser from the same document that scripts can load. */
export function ReferencePage({ baseUrl }: { baseUrl: string }) {
  const url = useUrlState();
  const { data, error, refetch } = useQuery({
    queryKey: ["openapi"],
    queryFn: loadDocument,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const operations = useMemo(() => (data ? operationsOf(data, baseUrl) : []), [data, baseUrl]);
  const found = findOperations(operations, url.get("q"));
  const groups = Map.groupBy(found, ({ group }) => group);

  return (
    <>
      <PageHeader
        title="API reference"
        hint="Everything the interface does, it does through these addresses, and so can a script."
        actions={
          <a
            href={documentUrl}
            download="stillhouse-openapi.json"
            className="inline-flex items-center gap-1.5 text-sm text-accent underline-offset-4 hover:underline"
          >
            <Download aria-hidden className="size-4" /> OpenAPI 3.1 document
          </a>
        }
      />
      {url.get("q") === "" ? <FirstScript baseUrl={baseUrl} /> : null}
      <div className="my-6">
        <FilterBar searchKey="q" searchPlaceholder="Find an address …">
          {data ? <span className="tnum">{plural(found.length, "operation")}</span> : null}
        </FilterBar>
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <ReferenceSkeleton /> : null}
      {data && found.length === 0 ? (
        <EmptyState title="No operation matches." hint="Search for a noun such as dataset, or a verb such as cancel." />
      ) : null}
      <div className="grid gap-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <GroupLinks groups={groups} />
        <div className="min-w-0 space-y-8">
          {[...groups].map(([group, members]) => (
            <section key={group} id={`group-${group}`} aria-labelledby={`heading-${group}`} className="scroll-mt-16">
              <h2 id={`heading-${group}`} className="mb-2 capitalize">
                {group}
              </h2>
              <div className="divide-y rounded-lg border bg-surface">
                {members.map((operation) => (
                  <OperationCard key={operation.id} operation={operation} />
                ))}
              </div>
            </section>
          ))}
        </div>
      </div>
    </>
  );
}

function GroupLinks({ groups }: { groups: ReadonlyMap<string, readonly Operation[]> }) {
  if (groups.size === 0) return null;
  return (
    <nav aria-label="Groups" className="hidden lg:block">
      <ul className="sticky top-16 space-y-0.5 text-sm">
        {[...groups].map(([group, members]) => (
          <li key={group}>
            <a
              href={`#group-${group}`}
              className="flex justify-between rounded-md px-2 py-1 text-muted capitalize hover:bg-hover hover:text-ink"
            >
              {group} <span className="tnum text-xs text-faint">{members.length}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ReferenceSkeleton() {
  return (
    <div role="status" aria-label="Loading the reference" className="space-y-2">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} className="h-12" />
      ))}
    </div>
  );
}
