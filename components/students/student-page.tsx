"use client";

import Link from "next/link";
import { PageTitle } from "#components/overview/page-title.tsx";
import { SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useEndpoint } from "#lib/http/client.tsx";
import { type StudentDetail, studentGet } from "#lib/students/schema.ts";
import { Curves } from "./curves.tsx";
import { Files } from "./files.tsx";
import { ModelCard } from "./model-card.tsx";
import { Playground } from "./playground.tsx";
import { StudentMenu } from "./student-menu.tsx";

/** Everything about one student: try it, see what it learnt from and how, take its files. */
export function StudentPage({ projectId, studentId }: { projectId: string; studentId: string }) {
  const live = [`project:${projectId}`];
  const { data: student, error, refetch } = useEndpoint(studentGet, { studentId }, { live });
  if (!student) return error ? <ErrorState error={error} onRetry={refetch} /> : <SkeletonRows rows={10} />;
  return <Loaded student={student} />;
}

function Loaded({ student }: { student: StudentDetail }) {
  const home = `/projects/${student.projectId}`;
  return (
    <>
      <PageTitle
        title={student.name}
        badges={student.simulated ? <SimulatedBadge /> : null}
        hint={
          <>
            Trained <RelativeTime at={student.createdAt} /> on{" "}
            <Link className="link" href={`${home}/data`}>
              {student.datasetName}
            </Link>{" "}
            by{" "}
            <Link className="link" href={`/runs/${student.runId}`}>
              this run
            </Link>
            .
          </>
        }
        actions={
          <>
            <LinkButton
              variant="primary"
              href={student.evaluations > 0 ? `${home}/evaluations` : `${home}/evaluations?evaluate=${student.id}`}
            >
              {student.evaluations > 0 ? "See its evaluations" : "Evaluate on the hold-out"}
            </LinkButton>
            <StudentMenu student={student} />
          </>
        }
      />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="min-w-0 space-y-6">
          <Playground student={student} />
          <Curves student={student} />
        </div>
        <div className="min-w-0 space-y-6">
          <ModelCard student={student} />
          <Card title="Files" hint="Weights as safetensors, never pickle." flush>
            <Files student={student} />
          </Card>
        </div>
      </div>
    </>
  );
}
