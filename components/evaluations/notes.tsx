import { Info } from "lucide-react";
import type { ReactNode } from "react";
import type { EvaluationDetail } from "#lib/evaluations/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { RowsLink } from "./rows-link.tsx";

/** What a careful reader must know before believing the figures. Nothing to say, nothing shown. */
export function Notes({ evaluation }: { evaluation: EvaluationDetail }) {
  const notes = notesOf(evaluation);
  if (notes.length === 0) return null;
  return (
    <section
      aria-label="What to know about these rows"
      className="rounded-lg border border-attention-mark/40 bg-attention-soft px-4 py-3"
    >
      <ul className="space-y-1.5 text-sm">
        {notes.map(({ id, text }) => (
          <li key={id} className="flex gap-2">
            <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-attention" />
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function notesOf({ report, simulated }: EvaluationDetail): { id: string; text: ReactNode }[] {
  const { rows, unseen, basis } = report;
  const notes: ({ id: string; text: ReactNode } | false)[] = [
    simulated && {
      id: "simulated",
      text: "Simulated: the data is generated and the teacher is the sample server. No figure here is a real model's.",
    },
    basis === "teacher" && {
      id: "agreement",
      text: "No row has a gold label, so the figures say how often the student agrees with the teacher. Where the teacher is wrong, agreeing is wrong too.",
    },
    basis === "gold" &&
      rows.withGold < rows.total && {
        id: "gold",
        text: `Judged on the ${plural(rows.judged, "row")} with a gold label; ${formatCount(rows.total - rows.withGold)} others have none.`,
      },
    rows.notAsked > 0 && {
      id: "asked",
      text: `The teacher was never asked about ${plural(rows.notAsked, "row")}: they are left out, so that both answer the same rows.`,
    },
    rows.seenInTraining > 0 && {
      id: "seen",
      text: `${plural(rows.seenInTraining, "row")} also occur among the rows the student learned from: on those it may simply remember.`,
    },
    rows.duplicates > 0 && {
      id: "duplicates",
      text: `${plural(rows.duplicates, "row")} repeat an earlier input: the intervals are a little narrower than they should be.`,
    },
    unseen.rows > 0 && {
      id: "unseen",
      text: (
        <>
          {plural(unseen.rows, "row")} have a label that the student never saw in training and cannot give:{" "}
          {unseen.labels.slice(0, 5).map((label, i) => (
            <span key={label}>
              {i > 0 ? ", " : null}
              <RowsLink filters={{ gold: label }}>{label}</RowsLink>
            </span>
          ))}
          {unseen.labels.length > 5 ? ` and ${formatCount(unseen.labels.length - 5)} more` : ""}.
        </>
      ),
    },
  ];
  return notes.filter((note) => note !== false);
}
