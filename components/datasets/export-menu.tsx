"use client";

import { Download } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { type RowFilter, versionDownload } from "#lib/datasets/schema.ts";
import { urlOf } from "#lib/http/request.ts";

const formats = [
  { format: "jsonl", label: "JSONL", hint: "texts as they are" },
  { format: "csv", label: "CSV", hint: "safe for spreadsheets" },
  { format: "parquet", label: "Parquet", hint: "for pandas, DuckDB, Spark" },
  { format: "chat", label: "OpenAI chat JSONL", hint: "rows with a gold answer, for fine-tuning" },
] as const;

type Props = { datasetVersionId: string; filter?: RowFilter; label?: string; size?: "sm" | "md" };

/** Downloads the rows, all or those of a filter, in one of the formats. */
export function ExportMenu({ datasetVersionId, filter = {}, label = "Download", size = "md" }: Props) {
  return (
    <DropdownMenu
      label={label}
      trigger={
        <Button size={size} icon={<Download aria-hidden />}>
          {label}
        </Button>
      }
      items={formats.map(({ format, label: name, hint }) => ({
        label: name,
        hint,
        onSelect: () => window.location.assign(urlOf(versionDownload, { datasetVersionId, format, ...filter })),
      }))}
    />
  );
}
