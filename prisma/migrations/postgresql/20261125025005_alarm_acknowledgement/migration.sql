-- AlterTable
ALTER TABLE "Alarm" ADD COLUMN     "ackNote" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "acknowledgedAt" TIMESTAMP(3),
ADD COLUMN     "acknowledgedBy" TEXT;
