"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { type DatasetVersion, versionGet } from "#lib/datasets/schema.ts";
import { plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Gaps, synthesisCreate, synthesisGaps } from "#lib/synthesis/schema.ts";
import { type Teacher, teacherList } from "#lib/teachers/schema.ts";
import { AddWish } from "./add-wish.tsx";
import { type Limits, PlanCost } from "./plan-cost.tsx";
import { TopicsEditor } from "./topics-editor.tsx";
import { addWishes, type Wish, wishKey } from "./wish.ts";
import { WishList } from "./wish-list.tsx";

/** What the data lacks, what a teacher shall write about it, and what that costs. */
export function NewSynthesis({ datasetVersionId }: { datasetVersionId: string }) {
  const version = useEndpoint(versionGet, { datasetVersionId });
  const gaps = useEndpoint(synthesisGaps, { datasetVersionId });
  const teachers = useEndpoint(teacherList, { limit: 100 });
  const failed = version.error ?? gaps.error ?? teachers.error;
  if (failed) {
    const again = () => void Promise.all([version.refetch(), gaps.refetch(), teachers.refetch()]);
    return <ErrorState error={failed} onRetry={again} />;
  }
  return (
    <>
      <PageHeader
        title="New rows"
        hint={
          version.data
            ? `A teacher writes inputs for ${version.data.datasetName} v${version.data.number}. It is shown training rows only; what it writes never goes into the hold-out.`
            : "A teacher writes inputs that the data lacks."
        }
      />
      {!version.data || !gaps.data || !teachers.data ? (
        <Skeleton className="h-96" />
      ) : teachers.data.items.length === 0 ? (
        <EmptyState
          title="There is no teacher yet."
          hint="Any OpenAI-compatible endpoint will do."
          action={<LinkButton href="/teachers/new">Add a teacher</LinkButton>}
        />
      ) : (
        <Form version={version.data} gaps={gaps.data} teachers={teachers.data.items} />
      )}
    </>
  );
}

type FormProps = { version: DatasetVersion; gaps: Gaps; teachers: readonly Teacher[] };

function Form({ version, gaps, teachers }: FormProps) {
  const router = useRouter();
  const viewer = useViewer();
  const [wishes, setWishes] = useState<Wish[]>(() =>
    gaps.suggestions.map(({ item, why }) => ({ key: wishKey(item), item, why, wanted: false })),
  );
  const [teacherId, setTeacherId] = useState(teachers[0]?.id ?? "");
  const [limits, setLimits] = useState<Limits>({
    capDollars: 5,
    reviewShare: 0.1,
    nearDuplicate: 0.8,
    temperature: 0.8,
    autoConfirm: false,
  });
  const [error, setError] = useState<AppError | null>(null);
  const create = useMutate(synthesisCreate, {
    onSuccess: ({ id }) => router.push(`/runs/${id}`),
    onError: setError,
  });
  const plan = wishes.filter(({ wanted }) => wanted).map(({ item }) => item);
  const rows = plan.reduce((sum, item) => sum + item.rows, 0);
  const teacher = teachers.find(({ id }) => id === teacherId);
  const add: Parameters<typeof AddWish>[0]["onAdd"] = (items) => setWishes((before) => addWishes(before, items));

  function start(): void {
    setError(null);
    const { capDollars, ...rest } = limits;
    create.mutate({
      datasetVersionId: version.id,
      teacherId,
      plan,
      capMicros: capDollars === null ? null : Math.round(capDollars * 1_000_000),
      ...rest,
    });
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="min-w-0 space-y-4">
        <WishList wishes={wishes} onChange={setWishes} />
        <AddWish labels={gaps.labels} onAdd={add} />
        <TopicsEditor version={version} teacher={teacher} labels={gaps.labels} onAdd={add} />
      </div>
      <div className="min-w-0 space-y-4 lg:sticky lg:top-4">
        <PlanCost
          plan={plan}
          gaps={gaps}
          teachers={teachers}
          teacherId={teacherId}
          onTeacher={setTeacherId}
          limits={limits}
          onLimits={setLimits}
        />
        {error ? <ErrorState error={error} /> : null}
        <div className="flex justify-end gap-2">
          <LinkButton href={`/projects/${version.projectId}/data/${version.id}`}>Back</LinkButton>
          <Button
            variant="primary"
            pending={create.isPending}
            disabledReason={viewer.whyNot("run.write") ?? (rows === 0 ? "Choose what to write first." : null)}
            onClick={start}
          >
            {rows === 0 ? "Smoke test" : `Smoke test for ${plural(rows, "row")}`}
          </Button>
        </div>
      </div>
    </div>
  );
}
