import { Skeleton, SkeletonRows } from "#components/ui/skeleton.tsx";

/** Between pages: header and a list, of the usual size. */
export default function Loading() {
  return (
    <>
      <div className="mb-6 space-y-2">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-4 w-96 max-w-full" />
      </div>
      <div className="rounded-lg border bg-surface">
        <SkeletonRows rows={10} columns={5} />
      </div>
    </>
  );
}
