import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { QueuePage } from "#components/reviews/queue-page.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { reviewGet } from "#lib/reviews/schema.ts";

export const metadata: Metadata = { title: "Review" };

export default async function Page({ params }: { params: Promise<{ reviewId: string }> }) {
  const { reviewId } = await params;
  if (!z.uuid().safeParse(reviewId).success) notFound();
  return (
    <Prefetch of={[prefetch(reviewGet, { reviewId })]}>
      <QueuePage key={reviewId} reviewId={reviewId} />
    </Prefetch>
  );
}
