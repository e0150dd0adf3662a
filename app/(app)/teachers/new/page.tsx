import type { Metadata } from "next";
import { NewTeacher } from "#components/teachers/new-teacher.tsx";
import { requireActor } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "Add a teacher" };

export default async function NewTeacherPage() {
  await requireActor();
  return <NewTeacher />;
}
