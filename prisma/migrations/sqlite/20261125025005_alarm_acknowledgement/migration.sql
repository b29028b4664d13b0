-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Alarm" (
    "id" TEXT NOT NULL PRIMARY KEY,
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
    "since" DATETIME NOT NULL,
    "firedAt" DATETIME,
    "resolvedAt" DATETIME,
    "resolution" TEXT,
    "count" INTEGER NOT NULL DEFAULT 1,
    "lastEventId" INTEGER,
    "toldAt" DATETIME,
    "acknowledgedAt" DATETIME,
    "acknowledgedBy" TEXT,
    "ackNote" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "Alarm_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Alarm_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Alarm" ("activeKey", "channelIdsJson", "conditionJson", "count", "detail", "firedAt", "id", "jobId", "lastEventId", "projectId", "resolution", "resolvedAt", "ruleId", "ruleName", "severity", "since", "state", "toldAt") SELECT "activeKey", "channelIdsJson", "conditionJson", "count", "detail", "firedAt", "id", "jobId", "lastEventId", "projectId", "resolution", "resolvedAt", "ruleId", "ruleName", "severity", "since", "state", "toldAt" FROM "Alarm";
DROP TABLE "Alarm";
ALTER TABLE "new_Alarm" RENAME TO "Alarm";
CREATE UNIQUE INDEX "Alarm_activeKey_key" ON "Alarm"("activeKey");
CREATE INDEX "Alarm_projectId_state_firedAt_idx" ON "Alarm"("projectId", "state", "firedAt");
CREATE INDEX "Alarm_jobId_firedAt_idx" ON "Alarm"("jobId", "firedAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
