import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { StudentPage } from "#components/students/student-page.tsx";
import { AppError } from "#lib/core/errors.ts";
import { callVerb, Prefetch, prefetch } from "#lib/http/server.tsx";
import { studentGet } from "#lib/students/schema.ts";

export const metadata: Metadata = { title: "Student" };

type Params = { params: Promise<{ projectId: string; studentId: string }> };

export default async function StudentDetailPage({ params }: Params) {
  const { projectId, studentId } = await params;
  const student = await callVerb(studentGet, { studentId }).catch((error: unknown) => {
    // no such student, or an address that is no id
    if (error instanceof AppError && (error.code === "NOT_FOUND" || error.detail.where === "studentId")) notFound();
    throw error;
  });
  if (student.projectId !== projectId) notFound();
  return (
    <Prefetch of={[prefetch(studentGet, { studentId })]}>
      <StudentPage projectId={projectId} studentId={studentId} />
    </Prefetch>
  );
}
