import type { ReactNode } from "react";

type PageTitleProps = { title: ReactNode; badges?: ReactNode; hint?: ReactNode; actions?: ReactNode };

/** Head of a page below a project's tabs: the project's name above it is the h1, so this is an h2. */
export function PageTitle({ title, badges, hint, actions }: PageTitleProps) {
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 text-lg font-semibold break-words">{title}</h2>
          {badges}
        </div>
        {hint ? <div className="mt-0.5 max-w-[90ch] text-sm text-muted">{hint}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
