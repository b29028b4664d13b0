-- CreateTable
CREATE TABLE "Package" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "projectId" TEXT NOT NULL,
    "groupName" TEXT NOT NULL DEFAULT '',
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "ownerId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Package_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Package_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PackageVersion" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "packageId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',
    "sizeBytes" BIGINT NOT NULL DEFAULT 0,
    "sha256" TEXT NOT NULL DEFAULT '',
    "path" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdById" TEXT NOT NULL,
    CONSTRAINT "PackageVersion_packageId_fkey" FOREIGN KEY ("packageId") REFERENCES "Package" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PackageVersion_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RetentionRule" (
    "jobId" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "checkpointDays" INTEGER,
    "savepoints" INTEGER,
    "savepointDays" INTEGER,
    CONSTRAINT "RetentionRule_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OrphanFile" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "projectId" TEXT NOT NULL,
    "jobId" INTEGER NOT NULL,
    "bucket" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "modifiedAt" DATETIME NOT NULL,
    "deletedAt" DATETIME NOT NULL,
    "deletedBy" TEXT NOT NULL,
    "purgeAt" DATETIME NOT NULL,
    "keptBecause" TEXT
);

-- CreateIndex
CREATE UNIQUE INDEX "Package_projectId_groupName_name_key" ON "Package"("projectId", "groupName", "name");

-- CreateIndex
CREATE INDEX "PackageVersion_path_idx" ON "PackageVersion"("path");

-- CreateIndex
CREATE UNIQUE INDEX "PackageVersion_packageId_number_key" ON "PackageVersion"("packageId", "number");

-- CreateIndex
CREATE INDEX "OrphanFile_purgeAt_idx" ON "OrphanFile"("purgeAt");

-- CreateIndex
CREATE UNIQUE INDEX "OrphanFile_bucket_key_key" ON "OrphanFile"("bucket", "key");
