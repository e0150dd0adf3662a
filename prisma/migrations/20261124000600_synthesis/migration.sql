ALTER TYPE "RunKind" ADD VALUE 'synthesis';

CREATE TABLE "SynthesisRequest" (
    "runId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "item" INTEGER NOT NULL,
    "parents" INTEGER[],
    "wanted" INTEGER NOT NULL,
    "output" TEXT,
    "input" TEXT NOT NULL,

    CONSTRAINT "SynthesisRequest_pkey" PRIMARY KEY ("runId", "position")
);

CREATE TABLE "SynthesisRow" (
    "runId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "request" INTEGER NOT NULL,
    "input" TEXT NOT NULL,
    "output" TEXT,
    "status" TEXT NOT NULL,
    "nearest" DOUBLE PRECISION NOT NULL,
    "nearestText" TEXT NOT NULL DEFAULT '',
    "review" BOOLEAN NOT NULL DEFAULT false,
    "decision" TEXT,
    "decidedById" UUID,
    "decidedAt" TIMESTAMPTZ,

    CONSTRAINT "SynthesisRow_pkey" PRIMARY KEY ("runId", "seq")
);

CREATE INDEX "SynthesisRow_runId_status_seq_idx" ON "SynthesisRow"("runId", "status", "seq");
