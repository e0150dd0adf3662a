import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { ReviewPage } from "#components/reviews/review-page.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { reviewAgreement } from "#lib/reviews/queue-schema.ts";
import { reviewDetail } from "#lib/reviews/schema.ts";

export const metadata: Metadata = { title: "Review" };

export default async function Page({ params }: { params: Promise<{ reviewId: string }> }) {
  const { reviewId } = await params;
  if (!z.uuid().safeParse(reviewId).success) notFound();
  return (
    <Prefetch of={[prefetch(reviewDetail, { reviewId }), prefetch(reviewAgreement, { reviewId, audit: false })]}>
      <ReviewPage reviewId={reviewId} />
    </Prefetch>
  );
}
