-- Lines from 1,000,000,000 on have a table of their own in the schema `rows` (lib/datasets/partition.ts). With this CHECK the server knows
-- that the shared table holds none of their rows, so that attaching a table does not read through it.
ALTER TABLE rows.small ADD CONSTRAINT small_line CHECK ("line" < 1000000000);

-- What is drawn of a whole version: counted once.
CREATE TABLE "VersionCharts" (
    "versionId" UUID NOT NULL,
    "charts" JSONB NOT NULL,

    CONSTRAINT "VersionCharts_pkey" PRIMARY KEY ("versionId")
);
