import { Button } from "#components/ui/button.tsx";
import { plural } from "#lib/format.ts";

type SaveBarProps = { dirty: boolean; pending: boolean; problems: number; onDiscard: () => void };

/** Stays in sight while the form scrolls. */
export function SaveBar({ dirty, pending, problems, onDiscard }: SaveBarProps) {
  return (
    <div className="sticky bottom-0 -mx-1 flex flex-wrap items-center gap-2 border-t bg-canvas px-1 py-3">
      <Button type="submit" variant="primary" pending={pending} disabledReason={!dirty && "Nothing has been changed."}>
        Save task
      </Button>
      {dirty ? (
        <Button variant="ghost" onClick={onDiscard}>
          Discard changes
        </Button>
      ) : null}
      <span role="status" className="text-xs text-muted">
        {problems > 0 ? (
          <span className="text-bad">{plural(problems, "field")} to correct</span>
        ) : dirty ? (
          "Not saved yet; the draft is kept in this browser."
        ) : (
          "Saved. Runs copy what they use, so a change never alters a result."
        )}
      </span>
    </div>
  );
}
