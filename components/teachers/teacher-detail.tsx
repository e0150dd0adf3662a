"use client";

import { Trash2 } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Teacher, teacherDelete, teacherGet, teacherUpdate } from "#lib/teachers/schema.ts";
import { TeacherForm } from "./teacher-form.tsx";
import { TestCard } from "./test-card.tsx";

/** One teacher: settings, test, removal. */
export function TeacherDetail() {
  const { teacherId } = useParams<{ teacherId: string }>();
  const teacher = useEndpoint(teacherGet, { teacherId });
  if (teacher.error) return <ErrorState error={teacher.error} onRetry={() => void teacher.refetch()} />;
  if (!teacher.data) return <Skeleton className="h-96" />;
  return <Loaded teacher={teacher.data} />;
}

function Loaded({ teacher }: { teacher: Teacher }) {
  const viewer = useViewer();
  const router = useRouter();
  const [error, setError] = useState<AppError | null>(null);
  const [removing, setRemoving] = useState(false);
  const [saves, setSaves] = useState(0);
  const why = viewer.whyNot("teacher.write");
  const update = useMutate(teacherUpdate, {
    onSuccess: (saved) => {
      setError(null);
      setSaves((before) => before + 1);
      toast.success(
        teacher.hasKey && !saved.hasKey ? "Saved. The key was forgotten with the former address." : "Saved",
      );
    },
    onError: setError,
    invalidates: ["teacher.get", "teacher.list"],
  });
  const remove = useMutate(teacherDelete, {
    onSuccess: () => {
      toast.success(`${teacher.name} removed`);
      router.push("/teachers");
    },
    onError: (fault) => {
      setRemoving(false);
      toast.error(fault.message);
    },
    invalidates: ["teacher.list"],
  });
  return (
    <>
      <PageHeader
        title={teacher.name}
        badges={teacher.simulated ? <SimulatedBadge /> : null}
        hint={<span className="font-mono text-sm">{teacher.model}</span>}
        actions={
          <Button icon={<Trash2 aria-hidden />} disabledReason={why} onClick={() => setRemoving(true)}>
            Remove
          </Button>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        {/* what was saved starts the form afresh, so that a typed key does not stay in it */}
        <TeacherForm
          key={saves}
          teacher={teacher}
          error={error}
          pending={update.isPending}
          disabledReason={why}
          onSubmit={(fields) => {
            setError(null);
            update.mutate({ teacherId: teacher.id, ...fields });
          }}
        />
        <TestCard teacher={teacher} disabledReason={why} />
      </div>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove ${teacher.name}?`}
        confirmLabel="Remove teacher and key"
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ teacherId: teacher.id })}
      >
        Its key is erased at once. Finished runs keep their answers, prices and the prompt they copied.
      </ConfirmDialog>
    </>
  );
}
