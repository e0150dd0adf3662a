CREATE TABLE "ProjectTokenizer" (
    "id" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "fileName" TEXT NOT NULL,
    "storageKey" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "vocabulary" INTEGER NOT NULL,
    "warnings" TEXT[],
    "createdById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProjectTokenizer_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ProjectTokenizer_projectId_key" ON "ProjectTokenizer"("projectId");
CREATE INDEX "ProjectTokenizer_teamId_idx" ON "ProjectTokenizer"("teamId");
