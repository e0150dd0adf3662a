import type { Metadata } from "next";
import { reviewListInput } from "#components/reviews/list-input.ts";
import { ReviewList } from "#components/reviews/review-list.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { reviewList } from "#lib/reviews/schema.ts";

export const metadata: Metadata = { title: "Reviews" };

export default async function ReviewsPage({ searchParams }: { searchParams: Promise<{ cursor?: string }> }) {
  const { cursor } = await searchParams;
  return (
    <Prefetch of={[prefetch(reviewList, reviewListInput(undefined, cursor))]}>
      <ReviewList />
    </Prefetch>
  );
}
