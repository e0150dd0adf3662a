import type { Metadata } from "next";
import { NewReview } from "#components/reviews/review-form.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { reviewChoices } from "#lib/reviews/schema.ts";

export const metadata: Metadata = { title: "New review" };

export default async function NewReviewPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Prefetch of={[prefetch(reviewChoices, { projectId })]}>
      <NewReview />
    </Prefetch>
  );
}
