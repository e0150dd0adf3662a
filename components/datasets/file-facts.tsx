"use client";

import { FileText } from "lucide-react";
import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatBytes, formatCount } from "#lib/format.ts";
import { rowsHref } from "./health-strip.tsx";
import { Warnings } from "./warnings.tsx";

const encodings: Readonly<Record<string, string>> = { "utf-8": "UTF-8", "utf-16le": "UTF-16", "utf-16be": "UTF-16" };

type FileFactsProps = { preview: Preview; projectId: string; onStartOver: () => void };

/** What the file was taken for, what to look out for, and whether the project has it already. */
export function FileFacts({ preview, projectId, onStartOver }: FileFactsProps) {
  const { upload, format, encoding, delimiter, container, shape, estimatedRows, sampledRows, warnings, twin } = preview;
  const exact = estimatedRows <= sampledRows;
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FileText aria-hidden className="size-5 shrink-0 stroke-1 text-muted" />
        <bdi className="min-w-0 font-medium break-all">{upload.fileName}</bdi>
        <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
          {shape ? <Badge>{shape.name}</Badge> : null}
          <Badge>{format.toUpperCase()}</Badge>
          {container === "none" ? null : <span>in {container}</span>}
          <span>
            {encodings[encoding] ?? encoding}
            {delimiter ? `, ${delimiter}-separated` : ""}
          </span>
          <span className="tnum">{formatBytes(upload.bytes)}</span>
          <span className="tnum">
            {exact ? `${formatCount(estimatedRows)} rows` : `${formatCount(estimatedRows, { approximate: true })} rows`}
          </span>
        </span>
        <Button size="sm" variant="ghost" onClick={onStartOver} className="ml-auto">
          Choose another file
        </Button>
      </div>
      {twin ? (
        <p className="mt-3 rounded-md bg-attention-soft px-3 py-2 text-sm text-attention">
          The project has this very file already, as{" "}
          <Link href={rowsHref({ projectId, id: twin.datasetVersionId })} className="link">
            {twin.name} v{twin.number}
          </Link>
          . Import it again only to map or split it differently.
        </p>
      ) : null}
      {warnings.length > 0 ? (
        <div className="mt-3">
          <Warnings items={warnings} />
        </div>
      ) : null}
    </Card>
  );
}
