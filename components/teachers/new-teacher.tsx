"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { PageHeader } from "#components/ui/card.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { useMutate } from "#lib/http/client.tsx";
import { teacherCreate } from "#lib/teachers/schema.ts";
import { TeacherForm } from "./teacher-form.tsx";

/** Adds a teacher, then leads to its page to test it. */
export function NewTeacher() {
  const viewer = useViewer();
  const router = useRouter();
  const [error, setError] = useState<AppError | null>(null);
  const create = useMutate(teacherCreate, {
    onSuccess: ({ id }) => {
      toast.success("Added. Test it with one real call.");
      router.push(`/teachers/${id}`);
    },
    onError: setError,
    invalidates: ["teacher.list"],
  });
  return (
    <div className="max-w-3xl">
      <PageHeader title="Add a teacher" hint="Nothing is called until you press Test or start a run." />
      <TeacherForm
        error={error}
        pending={create.isPending}
        disabledReason={viewer.whyNot("teacher.write")}
        onSubmit={(fields) => {
          setError(null);
          create.mutate(fields);
        }}
      />
    </div>
  );
}
