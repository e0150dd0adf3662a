import clsx from "clsx";

/** A grey block of the final size. Give height and width by class: `<Skeleton className="h-5 w-32" />`. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx("block rounded-sm bg-hover motion-safe:animate-pulse-soft", className)} />;
}

/** Rows of a loading table, as high as the real ones. */
export function SkeletonRows({ rows = 8, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <div role="status" aria-label="Loading" className="divide-y">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
        <div key={row} className="flex h-9 items-center gap-6 px-4">
          {Array.from({ length: columns }, (_, column) => (
            <Skeleton
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
              key={column}
              className={clsx("h-3", column === 0 ? "w-1/3" : "flex-1")}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
