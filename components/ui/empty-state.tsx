import type { ReactNode } from "react";

type EmptyStateProps = {
  /** one sentence: what will be here and how it comes about */
  title: string;
  hint?: ReactNode;
  /** a lucide icon, a small picture or an example (code, a row) */
  picture?: ReactNode;
  /** one button */
  action?: ReactNode;
};

/** Teaches with one sentence, one picture or example and one button. */
export function EmptyState({ title, hint, picture, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-start gap-3 px-4 py-10 sm:items-center sm:text-center">
      {picture ? <div className="text-faint [&>svg]:size-8 [&>svg]:stroke-1">{picture}</div> : null}
      <div className="max-w-[56ch]">
        <p className="font-medium">{title}</p>
        {hint ? <div className="mt-1 text-sm text-muted">{hint}</div> : null}
      </div>
      {action}
    </div>
  );
}
