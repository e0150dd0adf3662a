"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { OriginMark } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { formatCount, formatDuration, formatPercent } from "#lib/format.ts";
import type { StudentDetail } from "#lib/students/schema.ts";
import { labelSourceWords, shownLabel } from "./words.ts";

/** What it is, what it learnt from, how good its trainer found it, and where its limits are. */
export function ModelCard({ student }: { student: StudentDetail }) {
  const { manifest } = student;
  const { provenance: from, training, data } = manifest;
  const { validation } = training;
  return (
    <Card title="Model card">
      <KeyValue
        items={[
          ["Kind", "Linear text classifier (softmax regression over hashed n-grams)"],
          ["Recipe", <code key="r">{manifest.recipe}</code>],
          ["Labels learnt", labelsLearnt(student)],
          [
            "Rows",
            `${formatCount(data.rows)} trained on, ${formatCount(data.validationRows)} of them for validation first`,
          ],
          data.dropped > 0 && ["Left out", formatCount(data.dropped)],
          ["Features", formatCount(data.features)],
          [
            "Training",
            `${formatDuration(training.ms)}, ${formatCount(training.epochs.length)} passes, seed ${manifest.seed}`,
          ],
          validation && [
            "Validation",
            `${formatPercent(validation.accuracy)} against the training labels: guided training, no proof`,
          ],
          validation && [
            "Calibration error",
            `${formatPercent(validation.eceBefore)} before, ${formatPercent(validation.eceAfter)} after temperature ${training.temperature.toFixed(2)}`,
          ],
          from.generationRunId && [
            "Teacher",
            <Link key="t" className="link" href={`/runs/${from.generationRunId}`}>
              {from.teacherModel ?? "labelling run"}
            </Link>,
          ],
        ]}
      />
      <p className="mt-3 text-xs text-muted">
        It always answers with one of its labels, also where none fits; a low confidence is the only sign. It counts
        words and word parts: order beyond pairs and knowledge of the world are out of its reach.
      </p>
      <details className="mt-3 text-sm">
        <summary className="cursor-pointer text-muted hover:text-ink">
          Its {formatCount(manifest.labels.length)} labels
        </summary>
        <ul className="mt-2 flex max-h-60 flex-wrap gap-1.5 overflow-y-auto">
          {manifest.labels.map((label) => (
            <li
              key={label}
              className="max-w-full truncate rounded bg-sunken px-1.5 py-0.5 font-mono text-xs"
              title={label}
            >
              <bdi>{shownLabel(label)}</bdi>
            </li>
          ))}
        </ul>
      </details>
      <details className="mt-2 text-sm">
        <summary className="cursor-pointer text-muted hover:text-ink">Its settings</summary>
        <div className="mt-2">
          <KeyValue
            items={Object.entries(manifest.params).map(
              ([name, value]) => [<code key={name}>{name}</code>, String(value)] as const,
            )}
          />
        </div>
      </details>
    </Card>
  );
}

function labelsLearnt({ labelSource, manifest: { provenance } }: StudentDetail): ReactNode {
  if (labelSource !== "both") return <OriginMark origin={labelSource}>{labelSourceWords[labelSource]}</OriginMark>;
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      <OriginMark origin="gold">{formatCount(provenance.goldRows)} gold</OriginMark>
      <OriginMark origin="teacher">{formatCount(provenance.teacherRows)} teacher</OriginMark>
    </span>
  );
}
