-- AlterTable
ALTER TABLE "User" ADD COLUMN     "density" TEXT NOT NULL DEFAULT 'comfortable',
ADD COLUMN     "theme" TEXT NOT NULL DEFAULT 'system';

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "statusSaidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "failureSaidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "Snapshot" ADD COLUMN     "provenSaidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "Operation" ADD COLUMN     "saidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "LedgerEntry" ADD COLUMN     "saidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "JobEvent" ADD COLUMN     "saidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "AuditEntry" ADD COLUMN     "saidJson" TEXT NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "Alarm" ADD COLUMN     "detailSaidJson" TEXT NOT NULL DEFAULT '[]',
ADD COLUMN     "resolutionSaidJson" TEXT NOT NULL DEFAULT '[]';
