-- Uploads that resume, and files that the server fetches itself.
ALTER TABLE "Upload"
  ADD COLUMN "totalBytes" BIGINT,
  ADD COLUMN "origin" JSONB,
  ADD COLUMN "validator" JSONB,
  ADD COLUMN "secret" TEXT,
  ADD COLUMN "runId" UUID,
  ADD COLUMN "touchedAt" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "Upload" SET "touchedAt" = "createdAt";

ALTER TYPE "RunKind" ADD VALUE 'fetch' BEFORE 'generation';
