import clsx from "clsx";
import Link from "next/link";
import type { ReactNode } from "react";
import { Skeleton } from "./skeleton.tsx";
import { Tooltip } from "./tooltip.tsx";

type StatProps = {
  label: ReactNode;
  /** formatted, with its unit; undefined while loading */
  value: ReactNode | undefined;
  /** "92.8–95.2, 95 %" */
  interval?: ReactNode;
  /** what it means or what it is compared with */
  hint?: ReactNode;
  /** every digit, on hover and focus */
  exact?: string;
  /** the rows behind the figure */
  href?: string;
  tone?: "good" | "attention" | "bad";
  size?: "md" | "lg";
};

const inks = { good: "text-good", attention: "text-attention", bad: "text-bad" };

/** A figure a person came for. */
export function Stat({ label, value, interval, hint, exact, href, tone, size = "md" }: StatProps) {
  const figure = (
    <span className={clsx("tnum font-semibold", size === "lg" ? "text-2xl" : "text-xl", tone && inks[tone])}>
      {value}
    </span>
  );
  return (
    <div className="min-w-0">
      <div className="text-xs text-muted">{label}</div>
      <div className={clsx("flex flex-wrap items-baseline gap-x-2", size === "lg" ? "min-h-9" : "min-h-7")}>
        {value === undefined ? (
          <Skeleton className="mt-1 h-5 w-24" />
        ) : (
          <Tooltip label={exact ?? null}>
            {href ? (
              <Link href={href} className="rounded-sm decoration-line-strong underline-offset-4 hover:underline">
                {figure}
              </Link>
            ) : (
              figure
            )}
          </Tooltip>
        )}
        {interval ? <span className="tnum text-sm text-muted">{interval}</span> : null}
      </div>
      {hint ? <div className="text-xs text-muted">{hint}</div> : null}
    </div>
  );
}
