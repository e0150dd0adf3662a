import type { Metadata } from "next";
import { reviewListInput } from "#components/reviews/list-input.ts";
import { ReviewList } from "#components/reviews/review-list.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { reviewList } from "#lib/reviews/schema.ts";

export const metadata: Metadata = { title: "Review" };

type Props = { params: Promise<{ projectId: string }>; searchParams: Promise<{ cursor?: string }> };

export default async function ProjectReviewsPage({ params, searchParams }: Props) {
  const [{ projectId }, { cursor }] = await Promise.all([params, searchParams]);
  return (
    <Prefetch of={[prefetch(reviewList, reviewListInput(projectId, cursor))]}>
      <ReviewList projectId={projectId} />
    </Prefetch>
  );
}
