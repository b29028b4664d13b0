-- CreateTable
CREATE TABLE "Connection" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "kind" TEXT NOT NULL,
    "configJson" TEXT NOT NULL,
    "secretSealed" TEXT,
    "secretSetAt" TIMESTAMP(3),
    "lastTestJson" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlarmChannel" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "shownJson" TEXT NOT NULL,
    "secretsSealed" TEXT NOT NULL,
    "secretsSetAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AlarmChannel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlarmRule" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "conditionJson" TEXT NOT NULL,
    "scopeJson" TEXT NOT NULL,
    "channelIdsJson" TEXT NOT NULL DEFAULT '[]',
    "severity" TEXT NOT NULL DEFAULT 'critical',
    "isEnabled" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AlarmRule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Alarm" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "ruleId" TEXT,
    "ruleName" TEXT NOT NULL,
    "conditionJson" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "channelIdsJson" TEXT NOT NULL,
    "jobId" INTEGER NOT NULL,
    "activeKey" TEXT,
    "state" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "firedAt" TIMESTAMP(3),
    "resolvedAt" TIMESTAMP(3),
    "resolution" TEXT,
    "count" INTEGER NOT NULL DEFAULT 1,
    "lastEventId" INTEGER,
    "toldAt" TIMESTAMP(3),

    CONSTRAINT "Alarm_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlarmDelivery" (
    "id" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "itemsJson" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "AlarmDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlarmSilence" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "jobId" INTEGER,
    "ruleId" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "by" TEXT NOT NULL,
    "from" TIMESTAMP(3) NOT NULL,
    "until" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AlarmSilence_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Connection_projectId_name_key" ON "Connection"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "AlarmChannel_projectId_name_key" ON "AlarmChannel"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "AlarmRule_projectId_name_key" ON "AlarmRule"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Alarm_activeKey_key" ON "Alarm"("activeKey");

-- CreateIndex
CREATE INDEX "Alarm_projectId_state_firedAt_idx" ON "Alarm"("projectId", "state", "firedAt");

-- CreateIndex
CREATE INDEX "Alarm_jobId_firedAt_idx" ON "Alarm"("jobId", "firedAt");

-- CreateIndex
CREATE INDEX "AlarmDelivery_status_nextAt_idx" ON "AlarmDelivery"("status", "nextAt");

-- CreateIndex
CREATE INDEX "AlarmDelivery_channelId_createdAt_idx" ON "AlarmDelivery"("channelId", "createdAt");

-- CreateIndex
CREATE INDEX "AlarmSilence_projectId_until_idx" ON "AlarmSilence"("projectId", "until");

-- AddForeignKey
ALTER TABLE "Connection" ADD CONSTRAINT "Connection_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlarmChannel" ADD CONSTRAINT "AlarmChannel_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlarmRule" ADD CONSTRAINT "AlarmRule_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alarm" ADD CONSTRAINT "Alarm_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alarm" ADD CONSTRAINT "Alarm_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlarmDelivery" ADD CONSTRAINT "AlarmDelivery_channelId_fkey" FOREIGN KEY ("channelId") REFERENCES "AlarmChannel"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlarmSilence" ADD CONSTRAINT "AlarmSilence_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
