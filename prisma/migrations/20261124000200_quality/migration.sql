ALTER TYPE "RunKind" ADD VALUE 'quality';

CREATE TABLE "QualityPolicy" (
    "projectId" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "policy" JSONB NOT NULL,
    "updatedById" UUID NOT NULL,
    "updatedAt" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "QualityPolicy_pkey" PRIMARY KEY ("projectId")
);

CREATE TABLE "QualityReport" (
    "versionId" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "report" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "QualityReport_pkey" PRIMARY KEY ("versionId")
);
CREATE UNIQUE INDEX "QualityReport_runId_key" ON "QualityReport"("runId");
CREATE INDEX "QualityReport_projectId_idx" ON "QualityReport"("projectId");

CREATE TABLE "QualityFinding" (
    "runId" UUID NOT NULL,
    "check" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "part" TEXT,
    "groupId" INTEGER,
    "otherVersionId" UUID,
    "otherPosition" INTEGER,
    "score" DOUBLE PRECISION,
    "suggestion" TEXT,
    "note" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "QualityFinding_pkey" PRIMARY KEY ("runId","check","seq")
);
CREATE INDEX "QualityFinding_runId_position_idx" ON "QualityFinding"("runId", "position");
