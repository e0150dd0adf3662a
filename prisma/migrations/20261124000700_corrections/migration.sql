ALTER TABLE "RejectedRow" ADD COLUMN "correctedInId" UUID;
