"use client";

import { Download, MoreHorizontal, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { PageTitle } from "#components/overview/page-title.tsx";
import { useViewer } from "#components/shell/viewer.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type EvaluationDetail, evaluationDelete, evaluationGet } from "#lib/evaluations/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { OutcomeBadge } from "./outcome.tsx";
import { Report } from "./report.tsx";
import { Rows } from "./rows.tsx";

/** One evaluation: its report, and the rows behind every figure of it. */
export function EvaluationPage({ projectId, evaluationId }: { projectId: string; evaluationId: string }) {
  const url = useUrlState();
  const { data, error, refetch } = useEndpoint(evaluationGet, { evaluationId }, { staleTime: 60_000 });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={10} />;
  const tab = url.get("tab") === "rows" ? "rows" : "report";
  return (
    <>
      <PageTitle
        title={`${data.student.name} on ${data.data.name}`}
        badges={<OutcomeBadge outcome={data.report.outcome} whole />}
        hint={<Facts evaluation={data} />}
        actions={<Actions projectId={projectId} evaluation={data} />}
      />
      <Tabs
        label="Evaluation"
        value={tab}
        onValueChange={(next) => url.set({ tab: next === "rows" ? "rows" : null })}
        tabs={[
          { value: "report", label: "Report", content: <Report evaluation={data} /> },
          {
            value: "rows",
            label: "Rows",
            aside: <Count n={data.report.rows.total} />,
            content: <Rows evaluation={data} />,
          },
        ]}
      />
    </>
  );
}

function Count({ n }: { n: number }) {
  return <span className="tnum text-xs text-faint">{formatCount(n)}</span>;
}

function Facts({ evaluation }: { evaluation: EvaluationDetail }) {
  const { report, data, teacher, student } = evaluation;
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <OriginMark origin="student">
        {student.name} ({student.recipe})
      </OriginMark>
      {teacher ? (
        <Link href={`/runs/${teacher.runId}`} className="hover:underline">
          <OriginMark origin="teacher">{teacher.name}</OriginMark>
        </Link>
      ) : (
        <span>no teacher compared</span>
      )}
      <span className="tnum">
        {plural(report.rows.total, "row")} of the {data.rows === "holdout" ? "hold-out" : "test set"}
      </span>
      <Link href={`/runs/${evaluation.runId}`} className="hover:underline">
        <RelativeTime at={evaluation.createdAt} />
      </Link>
    </span>
  );
}

function Actions({ projectId, evaluation }: { projectId: string; evaluation: EvaluationDetail }) {
  const viewer = useViewer();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const remove = useMutate(evaluationDelete, {
    onSuccess: () => {
      toast.success("Evaluation deleted");
      router.push(`/projects/${projectId}/evaluations`);
    },
    onError: (error) => toast.error(error.message),
  });
  const file = (format: string): string => `/api/v1/evaluations/${evaluation.id}/export?format=${format}`;
  return (
    <>
      <DropdownMenu
        trigger={
          <IconButton label="Export or delete" variant="secondary">
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
        items={[
          { label: "Rows as CSV", icon: <Download aria-hidden />, onSelect: () => window.location.assign(file("csv")) },
          {
            label: "Rows as JSONL",
            icon: <Download aria-hidden />,
            onSelect: () => window.location.assign(file("jsonl")),
          },
          "separator",
          {
            label: "Delete",
            icon: <Trash2 aria-hidden />,
            danger: true,
            disabledReason: viewer.whyNot("run.write"),
            onSelect: () => setAsking(true),
          },
        ]}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Delete this evaluation?"
        confirmLabel={`Delete report and ${plural(evaluation.report.rows.total, "judged row")}`}
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ evaluationId: evaluation.id })}
      >
        The student, the dataset and the teacher's answers stay; the evaluation can be made again in seconds.
      </ConfirmDialog>
    </>
  );
}
