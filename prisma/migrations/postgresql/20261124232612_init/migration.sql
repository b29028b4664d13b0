-- CreateTable
CREATE TABLE "Project" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'en',
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "isDisabled" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSignInAt" TIMESTAMP(3),

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "lastSeenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "address" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SetupToken" (
    "tokenHash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "SetupToken_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "SignInThrottle" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "firstAt" TIMESTAMP(3) NOT NULL,
    "blockedUntil" TIMESTAMP(3),

    CONSTRAINT "SignInThrottle_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AccessKey" (
    "id" TEXT NOT NULL,
    "accessKey" TEXT NOT NULL,
    "secretSealed" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMP(3),
    "isDisabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "AccessKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Queue" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "engine" TEXT NOT NULL,
    "gatewayUrl" TEXT,
    "jobManagerUrl" TEXT,
    "cus" DOUBLE PRECISION,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Template" (
    "id" SERIAL NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "type" TEXT NOT NULL,
    "sql" TEXT NOT NULL,
    "tagsJson" TEXT NOT NULL DEFAULT '[]',
    "kind" TEXT NOT NULL DEFAULT 'custom',
    "ownerId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" SERIAL NOT NULL,
    "projectId" TEXT NOT NULL,
    "ownerId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "liveName" TEXT,
    "type" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "folderKey" TEXT NOT NULL,
    "queueName" TEXT NOT NULL,
    "cuNumber" INTEGER NOT NULL,
    "parallelism" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMP(3),
    "desired" TEXT NOT NULL DEFAULT 'stopped',
    "status" TEXT NOT NULL DEFAULT 'job_init',
    "statusMessage" TEXT NOT NULL DEFAULT '',
    "statusAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed" TEXT NOT NULL DEFAULT 'none',
    "observedAt" TIMESTAMP(3),
    "unreachableSince" TIMESTAMP(3),
    "runningVersion" INTEGER,
    "startedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),
    "restartCount" INTEGER NOT NULL DEFAULT 0,
    "hadState" BOOLEAN NOT NULL DEFAULT false,
    "newestSnapshotId" TEXT,
    "newestSnapshotAt" TIMESTAMP(3),
    "checkpointFailuresSince" INTEGER NOT NULL DEFAULT 0,
    "checkpointIntervalSeconds" INTEGER,
    "lagRecords" BIGINT,
    "exposureRecords" BIGINT,
    "stateBytes" BIGINT,
    "savepointPath" TEXT,
    "activeOperationId" TEXT,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobVersion" (
    "jobId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "sql" TEXT NOT NULL,
    "optionsJson" TEXT NOT NULL,
    "dliFieldsJson" TEXT NOT NULL DEFAULT '{}',
    "note" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdById" TEXT NOT NULL,

    CONSTRAINT "JobVersion_pkey" PRIMARY KEY ("jobId","number")
);

-- CreateTable
CREATE TABLE "Tag" (
    "jobId" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "Tag_pkey" PRIMARY KEY ("jobId","key")
);

-- CreateTable
CREATE TABLE "JobPermission" (
    "jobId" INTEGER NOT NULL,
    "userId" TEXT NOT NULL,
    "rightsJson" TEXT NOT NULL,
    "canView" BOOLEAN NOT NULL,

    CONSTRAINT "JobPermission_pkey" PRIMARY KEY ("jobId","userId")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "jobId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "jobVersion" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL,
    "engine" TEXT NOT NULL,
    "engineRef" TEXT,
    "parallelism" INTEGER NOT NULL,
    "start" TEXT NOT NULL,
    "restoredFromId" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "runningAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),
    "endCause" TEXT,
    "failureMessage" TEXT,
    "causeKey" TEXT,
    "recordsIn" BIGINT,
    "recordsOut" BIGINT,
    "tasksJson" TEXT,
    "tasksAt" TIMESTAMP(3),
    "logPath" TEXT,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Snapshot" (
    "id" TEXT NOT NULL,
    "jobId" INTEGER NOT NULL,
    "runNumber" INTEGER,
    "jobVersion" INTEGER,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "checkpointId" BIGINT,
    "generation" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "durationMs" INTEGER NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "parallelism" INTEGER,
    "keyGroups" INTEGER,
    "recordsIn" BIGINT,
    "recordsOut" BIGINT,
    "positionsJson" TEXT NOT NULL DEFAULT '[]',
    "positionCount" INTEGER NOT NULL DEFAULT 0,
    "sqlSha256" TEXT,
    "isPinned" BOOLEAN NOT NULL DEFAULT false,
    "pinReason" TEXT,
    "provenAt" TIMESTAMP(3),
    "provenMs" INTEGER,
    "provenGood" BOOLEAN,
    "provenMessage" TEXT,
    "expiresAt" TIMESTAMP(3),
    "deletedAt" TIMESTAMP(3),
    "purgedAt" TIMESTAMP(3),

    CONSTRAINT "Snapshot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Operation" (
    "id" TEXT NOT NULL,
    "jobId" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "step" TEXT NOT NULL DEFAULT 'waiting',
    "stepsJson" TEXT NOT NULL DEFAULT '[]',
    "progress" DOUBLE PRECISION,
    "requestJson" TEXT NOT NULL,
    "resultJson" TEXT,
    "message" TEXT NOT NULL DEFAULT '',
    "fencingToken" INTEGER NOT NULL DEFAULT 0,
    "requestedById" TEXT,
    "requestedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "deadlineAt" TIMESTAMP(3),
    "cancelAskedAt" TIMESTAMP(3),
    "activeJobId" INTEGER,

    CONSTRAINT "Operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lease" (
    "jobId" INTEGER NOT NULL,
    "holder" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "acquiredAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("jobId")
);

-- CreateTable
CREATE TABLE "LedgerEntry" (
    "id" SERIAL NOT NULL,
    "jobId" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "runNumber" INTEGER,
    "who" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "snapshotId" TEXT,
    "snapshotName" TEXT,
    "lostJson" TEXT NOT NULL,
    "readAgainJson" TEXT NOT NULL,
    "doubledJson" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "acceptedBy" TEXT,
    "positionsJson" TEXT NOT NULL DEFAULT '[]',

    CONSTRAINT "LedgerEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobEvent" (
    "id" SERIAL NOT NULL,
    "jobId" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "runNumber" INTEGER,
    "message" TEXT NOT NULL,
    "detail" TEXT,
    "causeKey" TEXT,

    CONSTRAINT "JobEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MetricPoint" (
    "jobId" INTEGER NOT NULL,
    "resolutionSeconds" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "valuesJson" TEXT NOT NULL,

    CONSTRAINT "MetricPoint_pkey" PRIMARY KEY ("jobId","resolutionSeconds","at")
);

-- CreateTable
CREATE TABLE "StreamEvent" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "jobId" INTEGER,
    "type" TEXT NOT NULL,
    "payloadJson" TEXT NOT NULL,

    CONSTRAINT "StreamEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "userId" TEXT,
    "who" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "objectType" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',
    "beforeJson" TEXT,
    "afterJson" TEXT,
    "requestId" TEXT NOT NULL,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "valueJson" TEXT NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "Project_name_key" ON "Project"("name");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "Session_tokenHash_key" ON "Session"("tokenHash");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_tokenHash_key" ON "ApiToken"("tokenHash");

-- CreateIndex
CREATE INDEX "ApiToken_userId_idx" ON "ApiToken"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "AccessKey_accessKey_key" ON "AccessKey"("accessKey");

-- CreateIndex
CREATE INDEX "AccessKey_userId_idx" ON "AccessKey"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Queue_projectId_name_key" ON "Queue"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Template_projectId_name_key" ON "Template"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Job_liveName_key" ON "Job"("liveName");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_createdAt_idx" ON "Job"("projectId", "deletedAt", "createdAt");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_status_createdAt_idx" ON "Job"("projectId", "deletedAt", "status", "createdAt");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_ownerId_createdAt_idx" ON "Job"("projectId", "deletedAt", "ownerId", "createdAt");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_queueName_idx" ON "Job"("projectId", "deletedAt", "queueName");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_name_idx" ON "Job"("projectId", "deletedAt", "name");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_exposureRecords_idx" ON "Job"("projectId", "deletedAt", "exposureRecords");

-- CreateIndex
CREATE INDEX "Job_projectId_deletedAt_newestSnapshotAt_idx" ON "Job"("projectId", "deletedAt", "newestSnapshotAt");

-- CreateIndex
CREATE INDEX "Job_desired_deletedAt_idx" ON "Job"("desired", "deletedAt");

-- CreateIndex
CREATE INDEX "Tag_key_value_idx" ON "Tag"("key", "value");

-- CreateIndex
CREATE INDEX "JobPermission_userId_canView_idx" ON "JobPermission"("userId", "canView");

-- CreateIndex
CREATE INDEX "Run_jobId_startedAt_idx" ON "Run"("jobId", "startedAt");

-- CreateIndex
CREATE INDEX "Run_endedAt_idx" ON "Run"("endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Run_jobId_number_key" ON "Run"("jobId", "number");

-- CreateIndex
CREATE INDEX "Snapshot_jobId_createdAt_idx" ON "Snapshot"("jobId", "createdAt");

-- CreateIndex
CREATE INDEX "Snapshot_createdAt_idx" ON "Snapshot"("createdAt");

-- CreateIndex
CREATE INDEX "Snapshot_deletedAt_purgedAt_idx" ON "Snapshot"("deletedAt", "purgedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Snapshot_jobId_path_key" ON "Snapshot"("jobId", "path");

-- CreateIndex
CREATE UNIQUE INDEX "Operation_activeJobId_key" ON "Operation"("activeJobId");

-- CreateIndex
CREATE INDEX "Operation_status_requestedAt_idx" ON "Operation"("status", "requestedAt");

-- CreateIndex
CREATE INDEX "Operation_jobId_requestedAt_idx" ON "Operation"("jobId", "requestedAt");

-- CreateIndex
CREATE INDEX "LedgerEntry_jobId_at_idx" ON "LedgerEntry"("jobId", "at");

-- CreateIndex
CREATE INDEX "JobEvent_jobId_at_idx" ON "JobEvent"("jobId", "at");

-- CreateIndex
CREATE INDEX "JobEvent_jobId_kind_at_idx" ON "JobEvent"("jobId", "kind", "at");

-- CreateIndex
CREATE INDEX "MetricPoint_resolutionSeconds_at_idx" ON "MetricPoint"("resolutionSeconds", "at");

-- CreateIndex
CREATE INDEX "StreamEvent_at_idx" ON "StreamEvent"("at");

-- CreateIndex
CREATE INDEX "AuditEntry_at_idx" ON "AuditEntry"("at");

-- CreateIndex
CREATE INDEX "AuditEntry_userId_at_idx" ON "AuditEntry"("userId", "at");

-- CreateIndex
CREATE INDEX "AuditEntry_action_at_idx" ON "AuditEntry"("action", "at");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccessKey" ADD CONSTRAINT "AccessKey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccessKey" ADD CONSTRAINT "AccessKey_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Queue" ADD CONSTRAINT "Queue_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Template" ADD CONSTRAINT "Template_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Template" ADD CONSTRAINT "Template_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobVersion" ADD CONSTRAINT "JobVersion_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobVersion" ADD CONSTRAINT "JobVersion_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tag" ADD CONSTRAINT "Tag_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobPermission" ADD CONSTRAINT "JobPermission_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobPermission" ADD CONSTRAINT "JobPermission_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Snapshot" ADD CONSTRAINT "Snapshot_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Operation" ADD CONSTRAINT "Operation_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Operation" ADD CONSTRAINT "Operation_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Lease" ADD CONSTRAINT "Lease_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LedgerEntry" ADD CONSTRAINT "LedgerEntry_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobEvent" ADD CONSTRAINT "JobEvent_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MetricPoint" ADD CONSTRAINT "MetricPoint_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
