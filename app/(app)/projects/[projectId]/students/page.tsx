import type { Metadata } from "next";
import { StudentList } from "#components/students/student-list.tsx";
import { studentListInput } from "#components/students/words.ts";
import { evaluationList } from "#lib/evaluations/schema.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { projectGet } from "#lib/projects/schema.ts";
import { studentList } from "#lib/students/schema.ts";

export const metadata: Metadata = { title: "Students" };

export default async function StudentsPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch
      of={[
        prefetch(studentList, studentListInput(projectId)),
        prefetch(evaluationList, { projectId, limit: 200 }),
        prefetch(projectGet, { projectId }),
      ]}
    >
      <StudentList />
    </Prefetch>
  );
}
