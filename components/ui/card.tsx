import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";

type CardProps = Omit<ComponentProps<"section">, "title"> & {
  title?: ReactNode;
  /** one sentence under the title */
  hint?: ReactNode;
  /** buttons at the right of the title */
  actions?: ReactNode;
  /** no inner padding: for tables and charts that reach the edge */
  flush?: boolean;
};

/** A surface with a hairline border. */
export function Card({ title, hint, actions, flush = false, className, children, ...rest }: CardProps) {
  return (
    <section className={clsx("min-w-0 rounded-lg border bg-surface", className)} {...rest}>
      {title || actions ? (
        <header
          className={clsx("flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3", flush && "pb-3")}
        >
          <div className="min-w-0">
            {title ? <h2>{title}</h2> : null}
            {hint ? <p className="mt-0.5 text-sm text-muted">{hint}</p> : null}
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
        </header>
      ) : null}
      {flush ? children : <div className="p-4">{children}</div>}
    </section>
  );
}

/** A titled part of a page without a surface of its own. */
export function Section({ title, hint, actions, className, children, ...rest }: Omit<CardProps, "flush">) {
  return (
    <section className={clsx("min-w-0", className)} {...rest}>
      <header className="mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2>{title}</h2>
          {hint ? <p className="mt-0.5 text-sm text-muted">{hint}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      {children}
    </section>
  );
}

type PageHeaderProps = {
  title: ReactNode;
  /** badges and state beside the title */
  badges?: ReactNode;
  /** one line of facts or one sentence */
  hint?: ReactNode;
  actions?: ReactNode;
};

/** The one h1 of a page. */
export function PageHeader({ title, badges, hint, actions }: PageHeaderProps) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 break-words">{title}</h1>
          {badges}
        </div>
        {hint ? <div className="mt-1 max-w-[80ch] text-muted">{hint}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
