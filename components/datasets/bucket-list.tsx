"use client";

import { FileText, Folder } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { z } from "zod";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { bucketObjects, uploadFetchObject } from "#lib/datasets/upload-schema.ts";
import { formatBytes } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type BucketPlace, placeInput } from "./bucket-place.ts";
import { levelsOf, sentence } from "./source-words.ts";

type Listed = Pick<z.infer<typeof bucketObjects.output>, "items" | "folders" | "nextCursor">;

type BucketListProps = {
  projectId: string;
  place: BucketPlace;
  /** what the server says about fields of the form */
  onFaults: (faults: Readonly<Record<string, string>>) => void;
  onStarted: (uploadId: string) => void;
};

/** One level of a bucket: folders to open, objects to fetch. Not a cached query: the keys would be part of its name. */
export function BucketList({ projectId, place, onFaults, onStarted }: BucketListProps) {
  const [prefix, setPrefix] = useState("");
  const [listed, setListed] = useState<Listed | null>(null);
  const list = useMutate(bucketObjects, { invalidates: [], onError: (error) => onFaults(error.detail.fields ?? {}) });
  const pick = useMutate(uploadFetchObject, { invalidates: [], onSuccess: ({ id }) => onStarted(id) });
  const { mutate } = list;

  const load = useCallback(
    (before: Listed | null) => {
      const cursor = before?.nextCursor;
      mutate(
        { projectId, ...placeInput(place), prefix, ...(cursor ? { cursor } : {}) },
        {
          onSuccess: ({ items, folders, nextCursor }) =>
            setListed({
              items: [...(before?.items ?? []), ...items],
              folders: [...(before?.folders ?? []), ...folders],
              nextCursor,
            }),
        },
      );
    },
    [mutate, projectId, place, prefix],
  );
  useEffect(() => {
    setListed(null);
    load(null);
  }, [load]);
  // another bucket begins at its top
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the place changes
  useEffect(() => setPrefix(""), [place]);

  const levels = levelsOf(place.bucket, prefix);
  return (
    <Card flush title={<Levels levels={levels} onOpen={setPrefix} />}>
      {pick.error ? (
        <p role="alert" className="px-4 pb-3 text-sm text-bad">
          {sentence(pick.error)}
        </p>
      ) : null}
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => load(listed)} />
      ) : !listed ? (
        <div role="status" aria-label="Opening the bucket" className="px-4 pb-4">
          <Skeleton className="h-40 w-full" />
        </div>
      ) : listed.items.length + listed.folders.length === 0 ? (
        <EmptyState title="Nothing lies here." hint="Check the bucket's name, or go up a level." />
      ) : (
        <Table label={`Content of ${place.bucket}`} maxHeight="28rem">
          <TableHead>
            <Th>Name</Th>
            <Th numeric>Size</Th>
            <Th>Changed</Th>
            <Th className="w-0">
              <span className="sr-only">What to do</span>
            </Th>
          </TableHead>
          <tbody>
            {listed.folders.map((folder) => (
              <Tr key={folder}>
                <Td>
                  <button type="button" className="link flex items-center gap-2" onClick={() => setPrefix(folder)}>
                    <Folder aria-hidden className="size-4 shrink-0 stroke-1 text-muted" />
                    <bdi className="break-all">{folder.slice(prefix.length)}</bdi>
                  </button>
                </Td>
                <Td />
                <Td />
                <Td />
              </Tr>
            ))}
            {listed.items.map(({ key, bytes, modifiedAt }) => (
              <Tr key={key}>
                <Td>
                  <span className="flex items-center gap-2">
                    <FileText aria-hidden className="size-4 shrink-0 stroke-1 text-muted" />
                    <bdi className="break-all">{key.slice(prefix.length)}</bdi>
                  </span>
                </Td>
                <Td numeric>{formatBytes(bytes)}</Td>
                <Td className="whitespace-nowrap text-muted">{modifiedAt?.slice(0, 10) ?? ""}</Td>
                <Td>
                  <Button
                    size="sm"
                    pending={pick.isPending && pick.variables?.object === key}
                    disabledReason={bytes === 0 ? "It is empty." : null}
                    onClick={() => pick.mutate({ projectId, ...placeInput(place), object: key })}
                    aria-label={`Fetch ${key}`}
                  >
                    Fetch
                  </Button>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {listed?.nextCursor && !list.error ? (
        <div className="border-t px-4 py-2">
          <Button size="sm" pending={list.isPending} onClick={() => load(listed)}>
            Show more
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

type LevelsProps = { levels: readonly [name: string, prefix: string][]; onOpen: (prefix: string) => void };

function Levels({ levels, onOpen }: LevelsProps) {
  return (
    <span className="flex flex-wrap items-center gap-x-1.5 text-base">
      {levels.map(([name, prefix], index) => (
        <span key={prefix} className="flex items-center gap-1.5">
          {index > 0 ? <span aria-hidden>/</span> : null}
          {index === levels.length - 1 ? (
            <bdi className="break-all">{name}</bdi>
          ) : (
            <button type="button" className="link" onClick={() => onOpen(prefix)}>
              <bdi className="break-all">{name}</bdi>
            </button>
          )}
        </span>
      ))}
    </span>
  );
}
