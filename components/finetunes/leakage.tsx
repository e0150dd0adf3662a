import Link from "next/link";
import { Field, Input } from "#components/ui/field.tsx";
import type { FinetunePreview } from "#lib/finetunes/schema.ts";

type LeakageProps = {
  leakage: FinetunePreview["leakage"];
  reportHref: string;
  reason: string;
  onReason: (reason: string) => void;
};

/** Training rows that occur in what is measured on: what was found, the way to the fix, and the named way around it. */
export function Leakage({ leakage, reportHref, reason, onReason }: LeakageProps) {
  if (leakage.found.length + leakage.notes.length === 0) return null;
  return (
    <section
      aria-label="Leakage"
      className={leakage.blocked ? "space-y-3 rounded-lg border border-bad-mark p-4" : "space-y-2"}
    >
      {leakage.blocked ? (
        <p className="font-medium text-bad">
          Training rows occur in the hold-out: the evaluation would measure memory.
        </p>
      ) : null}
      {leakage.found.length > 0 ? (
        <ul className="list-disc space-y-1 pl-5 text-sm">
          {leakage.found.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : null}
      {leakage.notes.map((note) => (
        <p key={note} className="text-sm text-muted">
          {note}
        </p>
      ))}
      {leakage.blocked ? (
        <>
          <p className="text-sm">
            <Link className="link" href={reportHref}>
              Put it right in the quality report
            </Link>{" "}
            with one step, which makes a new version.
          </p>
          <Field label="Or train in spite of it, because" hint="Kept with the student and in the audit log.">
            <Input value={reason} maxLength={500} onChange={(event) => onReason(event.target.value)} />
          </Field>
        </>
      ) : null}
    </section>
  );
}
