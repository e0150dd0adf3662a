-- Search by parts of words. A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TYPE "VersionOrigin" AS ENUM ('import', 'edit', 'filter', 'label', 'fix', 'review', 'synthesis');

ALTER TABLE "DatasetVersion"
  ADD COLUMN "changes" JSONB,
  ADD COLUMN "lastPosition" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "line" SERIAL NOT NULL,
  ADD COLUMN "origin" "VersionOrigin" NOT NULL DEFAULT 'import',
  ADD COLUMN "parentId" UUID,
  ADD COLUMN "reason" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "searchableAt" TIMESTAMPTZ,
  ADD COLUMN "step" INTEGER NOT NULL DEFAULT 0;
UPDATE "DatasetVersion" SET "lastPosition" = "rowCount";

-- Rows move from versions to lines. Partitioned by line: an import of many rows gets a table of its own in the schema `rows`, so that its
-- indexes are made after the load and go with it; all others share `rows.small`.
CREATE SCHEMA rows;
ALTER TABLE "Row" RENAME TO "RowOfVersion";
ALTER TABLE "RowOfVersion" RENAME CONSTRAINT "Row_pkey" TO "RowOfVersion_pkey";
CREATE TABLE "Row" (
    "line" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "fromStep" INTEGER NOT NULL DEFAULT 0,
    "toStep" INTEGER NOT NULL DEFAULT 2147483647,
    "input" TEXT NOT NULL,
    "output" TEXT,
    "holdout" BOOLEAN NOT NULL,
    "inputHash" BIGINT NOT NULL,
    "origin" JSONB,

    CONSTRAINT "Row_pkey" PRIMARY KEY ("line", "position", "fromStep")
) PARTITION BY LIST ("line");
CREATE TABLE rows.small PARTITION OF "Row" DEFAULT;
INSERT INTO "Row" ("line", "position", "input", "output", "holdout", "inputHash")
  SELECT v."line", r."position", r."input", r."output", r."holdout", r."inputHash"
  FROM "RowOfVersion" r JOIN "DatasetVersion" v ON v."id" = r."versionId";
DROP TABLE "RowOfVersion";

-- The content hash is now a sum over the rows (lib/datasets/content-hash.ts), so that a change need not read all of them.
WITH hashed AS (
  SELECT r."line", encode(sha256(convert_to(CASE WHEN r."holdout" THEN 't' ELSE 'f' END || CASE WHEN r."output" IS NULL THEN 'n' ELSE 'y' END
    || r."input", 'UTF8') || '\x00'::bytea || convert_to(coalesce(r."output", ''), 'UTF8')), 'hex') AS h FROM "Row" r
), lanes AS (
  SELECT "line", lane, sum(('x' || substr(h, lane * 8 + 1, 8))::bit(32)::bigint) % 4294967296 AS n
  FROM hashed CROSS JOIN generate_series(0, 7) AS lane GROUP BY 1, 2
), sums AS (
  SELECT "line", string_agg(lpad(to_hex(n::bigint), 8, '0'), '' ORDER BY lane) AS hash FROM lanes GROUP BY 1
)
UPDATE "DatasetVersion" v SET "contentHash" = sums.hash FROM sums WHERE sums."line" = v."line" AND v."state" = 'ready';

CREATE INDEX "DatasetVersion_line_step_idx" ON "DatasetVersion"("line", "step");
CREATE INDEX "DatasetVersion_parentId_idx" ON "DatasetVersion"("parentId");
