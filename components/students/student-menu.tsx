"use client";

import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog, Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { formatBytes, plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type StudentDetail, studentDelete, studentRename } from "#lib/students/schema.ts";

/** Rename and delete. */
export function StudentMenu({ student }: { student: StudentDetail }) {
  const viewer = useViewer();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const refused = viewer.whyNot("student.write");
  const depends =
    student.evaluations > 0
      ? `${plural(student.evaluations, "evaluation")} depend${student.evaluations === 1 ? "s" : ""} on it.`
      : null;
  return (
    <>
      <DropdownMenu
        label="More"
        trigger={
          <IconButton label="More">
            <Ellipsis aria-hidden />
          </IconButton>
        }
        items={[
          { label: "Rename", icon: <Pencil aria-hidden />, disabledReason: refused, onSelect: () => setOpen("rename") },
          {
            label: "Delete",
            icon: <Trash2 aria-hidden />,
            danger: true,
            disabledReason: refused || depends,
            onSelect: () => setOpen("delete"),
          },
        ]}
      />
      {open === "rename" ? <Rename student={student} onClose={() => setOpen(null)} /> : null}
      <Delete student={student} open={open === "delete"} onClose={() => setOpen(null)} />
    </>
  );
}

function Rename({ student, onClose }: { student: StudentDetail; onClose: () => void }) {
  const [name, setName] = useState(student.name);
  const rename = useMutate(studentRename, {
    onSuccess: () => {
      toast.success("Renamed");
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(next) => (next ? undefined : onClose())} title="Rename the student" size="sm">
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ studentId: student.id, name });
        }}
      >
        <Field label="Name" error={rename.error?.detail.fields?.name ?? rename.error?.message ?? null}>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={120} />
        </Field>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" pending={rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Delete({ student, open, onClose }: { student: StudentDetail; open: boolean; onClose: () => void }) {
  const router = useRouter();
  const remove = useMutate(studentDelete, {
    onSuccess: () => {
      toast.success(`${student.name} was deleted`);
      router.push(`/projects/${student.projectId}/students`);
    },
    onError: (error) => toast.error(error.message),
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={`Delete ${student.name}?`}
      confirmLabel="Delete the student"
      danger
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ studentId: student.id })}
    >
      Its {plural(student.manifest.files.length, "file")} ({formatBytes(student.sizeBytes)}) go with it. The run, its
      log and the data it learnt from stay, so the same student can be trained again.
    </ConfirmDialog>
  );
}
