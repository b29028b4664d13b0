/** For tests: a database with one project, user and job, and the requests that services would write for it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobOptionsPatch } from '../contract/job-options.ts';
import type { OperationRequest } from '../contract/operation-request.ts';
import { type OpenedDatabase, openDatabase } from '../db/open-database.ts';

export interface JobFixture {
  readonly dataDir: string;
  readonly opened: OpenedDatabase;
  readonly jobId: number;
  close(): Promise<void>;
}

export const JOB_NAME = 'test-job';

export async function createJobFixture(sql: string, options: JobOptionsPatch): Promise<JobFixture> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-supervisor-'));
  const opened = await openDatabase({ dataDir, databaseUrl: null });
  const { client } = opened;
  const project = await client.project.create({ data: { id: randomUUID().replaceAll('-', ''), name: 'default' } });
  await client.queue.create({ data: { projectId: project.id, name: 'default', engine: 'embedded' } });
  const user = await client.user.create({ data: { email: 'a@example.org', name: 'Ada', passwordHash: '-', role: 'admin' } });
  const job = await client.job.create({
    data: {
      projectId: project.id,
      ownerId: user.id,
      name: JOB_NAME,
      liveName: `${project.id}/${JOB_NAME}`,
      type: 'flink_opensource_sql_job',
      folderKey: 'abcd',
      queueName: 'default',
      cuNumber: 2,
      parallelism: options.parallelism ?? 1,
      versions: { create: { number: 1, sql, optionsJson: JSON.stringify(options), createdById: user.id } },
    },
  });
  return {
    dataDir,
    opened,
    jobId: job.id,
    async close() {
      await opened.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const SEEN: Readonly<Record<OperationRequest['kind'], string | null>> = {
  start: 'job_submitting',
  stop: null,
  'trigger-savepoint': 'job_savepointing',
  delete: 'job_canceling',
};

/** As a service does it: the operation, the desire and the status people see, in one transaction. False when one is under way. */
export async function request(fixture: JobFixture, wanted: OperationRequest): Promise<string | null> {
  const { client } = fixture.opened;
  const { jobId } = fixture;
  return client.$transaction(async (tx) => {
    if (await tx.operation.findUnique({ where: { activeJobId: jobId } })) return null;
    const operation = await tx.operation.create({
      data: { jobId, activeJobId: jobId, kind: wanted.kind, requestJson: JSON.stringify(wanted) },
    });
    const status = wanted.kind === 'stop' ? (wanted.mode === 'without' ? 'job_canceling' : 'job_savepointing') : SEEN[wanted.kind];
    const desired = wanted.kind === 'start' ? 'running' : wanted.kind === 'trigger-savepoint' ? null : 'stopped';
    await tx.job.update({
      where: { id: jobId },
      data: { activeOperationId: operation.id, status: status as string, statusMessage: '', ...(desired === null ? {} : { desired }) },
    });
    return operation.id;
  });
}

export const startRequest = (choice: 'newest' | 'empty' = 'newest'): OperationRequest => ({
  kind: 'start',
  version: 1,
  choice: { kind: choice },
  snapshotId: null,
  allowNonRestoredState: false,
  acceptance: choice === 'empty' ? { verdict: 'bad', lost: null, doubled: null, typedName: JOB_NAME } : null,
});

/** Waits until the condition holds; throws with the last answer when it does not in time. */
export async function until<T>(what: string, ask: () => Promise<T>, isRight: (answer: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (performance.now() > deadline) {
      const shown = JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
      throw new Error(`${what} did not come about; last: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
