ALTER TYPE "RunKind" ADD VALUE 'derive' BEFORE 'generation';

ALTER TABLE "DatasetVersion"
  ADD COLUMN "deriveRunId" UUID,
  ADD COLUMN "deletedAt" TIMESTAMPTZ,
  ADD COLUMN "purgedAt" TIMESTAMPTZ;
ALTER TABLE "Dataset" ADD COLUMN "purgedAt" TIMESTAMPTZ;
CREATE UNIQUE INDEX "DatasetVersion_deriveRunId_key" ON "DatasetVersion"("deriveRunId");

-- Which rows differ between two versions of a line. Imported rows that were never changed are in neither index, so that an import pays
-- nothing for them and they stay as small as what was changed.
CREATE INDEX "Row_line_fromStep_idx" ON "Row" ("line", "fromStep", "position") WHERE "fromStep" > 0;
CREATE INDEX "Row_line_toStep_idx" ON "Row" ("line", "toStep", "position") WHERE "toStep" < 2147483647;
