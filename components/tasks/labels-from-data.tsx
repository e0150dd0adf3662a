"use client";

import { Database } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { AppError } from "#lib/core/errors.ts";
import { datasetList, versionLabels } from "#lib/datasets/schema.ts";
import { plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { callEndpoint } from "#lib/http/request.ts";

type LabelsFromDataProps = { projectId: string; current: readonly string[]; onTake: (labels: string[]) => void };

/** Offers the labels that occur in a dataset version; what was there before can be had back at once. */
export function LabelsFromData({ projectId, current, onTake }: LabelsFromDataProps) {
  const { data } = useEndpoint(datasetList, { projectId, limit: 50 }, { live: [`project:${projectId}`] });
  const [loading, setLoading] = useState(false);
  const versions = (data?.items ?? []).flatMap((dataset) =>
    dataset.versions.filter((version) => version.state === "ready" && version.labelledCount > 0),
  );

  async function take(datasetVersionId: string, name: string) {
    setLoading(true);
    try {
      const { items, manyAnswers } = await callEndpoint(versionLabels, { datasetVersionId });
      if (manyAnswers) {
        toast.error(`${name} has more than 1,000 different answers.`, { description: "Those are texts, not labels." });
        return;
      }
      const before = [...current];
      onTake(items.map(({ label }) => label));
      toast.success(`Took ${plural(items.length, "label")} from ${name}.`, {
        ...(before.length > 0 ? { action: { label: "Undo", onClick: () => onTake(before) } } : {}),
      });
    } catch (error) {
      toast.error(error instanceof AppError ? error.message : "The labels could not be read.");
    } finally {
      setLoading(false);
    }
  }

  if (versions.length === 0) {
    return (
      <Button icon={<Database aria-hidden />} disabledReason="Import a file with answers under Data first.">
        Take from data
      </Button>
    );
  }
  return (
    <DropdownMenu
      label="Datasets with labels"
      align="start"
      trigger={
        <Button icon={<Database aria-hidden />} pending={loading}>
          Take from data
        </Button>
      }
      items={versions.map((version) => {
        const name = `${version.datasetName} v${version.number}`;
        return {
          label: name,
          hint: version.labelKinds === null ? "too many different answers" : plural(version.labelKinds, "label"),
          onSelect: () => void take(version.id, name),
        };
      })}
    />
  );
}
