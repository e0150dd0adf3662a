"use client";

import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatBytes, formatPercent } from "#lib/format.ts";
import { deltaWords, originWords } from "./origin-words.ts";
import type { VersionDetail } from "./version-detail.ts";

function Hash({ value }: { value: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="truncate font-mono text-xs">{value}</code>
      <CopyButton text={value} />
    </span>
  );
}

/** Where the rows come from and how they were made: enough to make the same version again. */
export function SourceFacts({ version }: { version: VersionDetail }) {
  const { mapping } = version;
  return (
    <Card>
      <KeyValue
        items={[
          version.origin !== "import" && [
            "Made by",
            <span key="how">
              {originWords[version.origin]}: <bdi className="break-words">{version.reason}</bdi>
            </span>,
          ],
          version.parentId !== null && [
            "Made from",
            <Link key="parent" href={`/projects/${version.projectId}/data/${version.parentId}`} className="link">
              the version before the change
            </Link>,
          ],
          version.changes !== null && [
            "Changes",
            <Link key="changes" href={`/projects/${version.projectId}/data/${version.id}?tab=changes`} className="link">
              {deltaWords(version.changes)} rows
            </Link>,
          ],
          ["File", `${version.sourceFileName}, ${formatBytes(version.sourceBytes)}`],
          ["sha256 of the file", <Hash key="file" value={version.sourceSha256} />],
          version.contentHash !== null && ["sha256 of the rows", <Hash key="rows" value={version.contentHash} />],
          [
            "Input",
            <code key="in" className="font-mono text-xs">
              {mapping.inputs.join(" + ")}
            </code>,
          ],
          [
            "Gold answer",
            mapping.output === null ? (
              "none"
            ) : (
              <code key="out" className="font-mono text-xs">
                {mapping.output}
              </code>
            ),
          ],
          [
            "Hold-out",
            `${formatPercent(version.holdoutFraction, 0)} of distinct inputs, by the sha256 of the normalised text`,
          ],
          [
            version.origin === "import" ? "Imported" : "Made",
            <span key="by">
              {version.createdBy} <RelativeTime at={version.createdAt} />
            </span>,
          ],
          version.importRunId !== null && [
            "Run",
            <Link key="run" href={`/runs/${version.importRunId}`} className="link">
              Log and duration
            </Link>,
          ],
          ["Id", <Hash key="id" value={version.id} />],
        ]}
      />
    </Card>
  );
}
