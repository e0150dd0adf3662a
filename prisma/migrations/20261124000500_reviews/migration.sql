CREATE TYPE "ReviewState" AS ENUM ('open', 'closed');

CREATE TABLE "Review" (
    "id" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "datasetVersionId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "state" "ReviewState" NOT NULL DEFAULT 'open',
    "reviewers" INTEGER NOT NULL,
    "task" JSONB NOT NULL,
    "mix" JSONB NOT NULL,
    "generationRunId" UUID,
    "evaluationId" UUID,
    "qualityRunId" UUID,
    "itemCount" INTEGER NOT NULL DEFAULT 0,
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "resultVersionId" UUID,
    "createdById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closedAt" TIMESTAMPTZ,

    CONSTRAINT "Review_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "Review_teamId_id_idx" ON "Review"("teamId", "id");
CREATE INDEX "Review_projectId_id_idx" ON "Review"("projectId", "id");
CREATE INDEX "Review_datasetVersionId_idx" ON "Review"("datasetVersionId");

CREATE TABLE "ReviewAssignee" (
    "reviewId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReviewAssignee_pkey" PRIMARY KEY ("reviewId","userId")
);
CREATE INDEX "ReviewAssignee_userId_idx" ON "ReviewAssignee"("userId");

CREATE TABLE "ReviewItem" (
    "reviewId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "inputHash" BIGINT NOT NULL,
    "copies" INTEGER NOT NULL DEFAULT 1,
    "gold" TEXT,
    "teacher" TEXT,
    "student" TEXT,
    "confidence" DOUBLE PRECISION,
    "reasons" TEXT[],
    "doubt" DOUBLE PRECISION NOT NULL,
    "remark" TEXT NOT NULL DEFAULT '',
    "suggested" TEXT,
    "wanted" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "outcome" TEXT,
    "answer" TEXT,
    "settledById" UUID,
    "settledAt" TIMESTAMPTZ,

    CONSTRAINT "ReviewItem_pkey" PRIMARY KEY ("reviewId","seq")
);
CREATE INDEX "ReviewItem_reviewId_state_seq_idx" ON "ReviewItem"("reviewId", "state", "seq");
CREATE UNIQUE INDEX "ReviewItem_reviewId_position_key" ON "ReviewItem"("reviewId", "position");

CREATE TABLE "ReviewTurn" (
    "reviewId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "userId" UUID NOT NULL,
    "tab" TEXT NOT NULL,
    "leaseUntil" TIMESTAMPTZ NOT NULL,
    "action" TEXT,
    "answer" TEXT,
    "comment" TEXT NOT NULL DEFAULT '',
    "clientId" TEXT,
    "undoneIds" TEXT[],
    "tookMs" INTEGER NOT NULL DEFAULT 0,
    "decidedAt" TIMESTAMPTZ,

    CONSTRAINT "ReviewTurn_pkey" PRIMARY KEY ("reviewId","seq","userId")
);
CREATE INDEX "ReviewTurn_reviewId_userId_seq_idx" ON "ReviewTurn"("reviewId", "userId", "seq");

ALTER TABLE "ReviewAssignee" ADD CONSTRAINT "ReviewAssignee_reviewId_fkey" FOREIGN KEY ("reviewId") REFERENCES "Review"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "ReviewItem" ADD CONSTRAINT "ReviewItem_reviewId_fkey" FOREIGN KEY ("reviewId") REFERENCES "Review"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "ReviewTurn" ADD CONSTRAINT "ReviewTurn_reviewId_seq_fkey" FOREIGN KEY ("reviewId", "seq") REFERENCES "ReviewItem"("reviewId", "seq") ON DELETE CASCADE ON UPDATE CASCADE;
