import type { FilterDef } from "#components/ui/filter-bar.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

/** More labels than this are chosen in the class balance. */
const mostLabelOptions = 200;

/** Filters of the table of rows that are a choice of a few. */
export function filtersOf(version: Pick<VersionDetail, "report" | "origin">): FilterDef[] {
  const { labels } = version.report;
  const labelled =
    labels.length > 0 && labels.length <= mostLabelOptions
      ? [
          {
            key: "label",
            label: "Gold answer",
            options: labels.map(({ label }) => ({ value: label, label: oneLine(label) })),
          },
        ]
      : [];
  const made =
    version.origin === "import"
      ? []
      : [
          {
            key: "made",
            label: "Made",
            options: [
              { value: "import", label: "Imported" },
              { value: "edit", label: "Edited by hand" },
              { value: "label", label: "Labelled by a run" },
              { value: "fix", label: "Put right" },
              { value: "review", label: "Decided in review" },
              { value: "synthesis", label: "Written by a teacher" },
            ],
          },
        ];
  return [
    {
      key: "split",
      label: "Side",
      options: [
        { value: "train", label: "Train" },
        { value: "holdout", label: "Hold-out" },
      ],
    },
    ...labelled,
    {
      key: "gold",
      label: "Has gold answer",
      options: [
        { value: "yes", label: "With gold answer" },
        { value: "no", label: "Without gold answer" },
      ],
    },
    {
      key: "repeated",
      label: "Repeated",
      options: [
        { value: "duplicates", label: "Repeated inputs" },
        { value: "conflicts", label: "Conflicting answers" },
      ],
    },
    ...made,
  ];
}
