import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { TeacherDetail } from "#components/teachers/teacher-detail.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { teacherGet } from "#lib/teachers/schema.ts";

export const metadata: Metadata = { title: "Teacher" };

export default async function TeacherPage({ params }: { params: Promise<{ teacherId: string }> }) {
  const { teacherId } = await params;
  if (!z.uuid().safeParse(teacherId).success) notFound();
  return (
    <Prefetch of={[prefetch(teacherGet, { teacherId })]}>
      <TeacherDetail />
    </Prefetch>
  );
}
