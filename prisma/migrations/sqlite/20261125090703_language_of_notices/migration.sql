-- AlterTable
ALTER TABLE "AlarmChannel" ADD COLUMN "language" TEXT NOT NULL DEFAULT 'en';
