import type { ReactNode } from "react";
import { Logo } from "#components/shell/logo.tsx";

type AuthFrameProps = { title: ReactNode; hint?: ReactNode; children: ReactNode; footer?: ReactNode };

/** One small card in the middle: all that a person without a session sees. */
export function AuthFrame({ title, hint, children, footer }: AuthFrameProps) {
  return (
    <>
      <section className="rounded-lg border bg-surface p-6">
        <div className="mb-5 text-muted">
          <Logo />
        </div>
        <h1>{title}</h1>
        {hint ? <p className="mt-1 text-muted">{hint}</p> : null}
        <div className="mt-5">{children}</div>
      </section>
      {footer ? <p className="mt-4 text-center text-sm text-muted">{footer}</p> : null}
    </>
  );
}

/** What went wrong, above the fields; announced when it appears. Keeps no space while there is nothing to say. */
export function FormError({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      {children}
    </p>
  );
}
