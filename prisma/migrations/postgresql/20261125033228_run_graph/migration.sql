-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "graphJson" TEXT;
