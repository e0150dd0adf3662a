import type { Metadata } from "next";
import { TeacherList } from "#components/teachers/teacher-list.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { teacherList } from "#lib/teachers/schema.ts";

export const metadata: Metadata = { title: "Teachers" };

export default async function TeachersPage({ searchParams }: { searchParams: Promise<{ cursor?: string }> }) {
  const { cursor } = await searchParams;
  return (
    <Prefetch of={[prefetch(teacherList, cursor ? { cursor } : {})]}>
      <TeacherList />
    </Prefetch>
  );
}
