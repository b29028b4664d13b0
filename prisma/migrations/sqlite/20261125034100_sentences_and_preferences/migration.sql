-- Columns are added, never a table made anew: nothing is read or written of the rows.
ALTER TABLE "User" ADD COLUMN "density" TEXT NOT NULL DEFAULT 'comfortable';
ALTER TABLE "User" ADD COLUMN "theme" TEXT NOT NULL DEFAULT 'system';
ALTER TABLE "Job" ADD COLUMN "statusSaidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Run" ADD COLUMN "failureSaidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Snapshot" ADD COLUMN "provenSaidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Operation" ADD COLUMN "saidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "LedgerEntry" ADD COLUMN "saidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "JobEvent" ADD COLUMN "saidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "AuditEntry" ADD COLUMN "saidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Alarm" ADD COLUMN "detailSaidJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Alarm" ADD COLUMN "resolutionSaidJson" TEXT NOT NULL DEFAULT '[]';
