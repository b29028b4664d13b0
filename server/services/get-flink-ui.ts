/**
 * Where a job is in the web UI of its Flink cluster. The browser goes there itself, by the address the connection has: nothing is proxied, and
 * no credentials of the connection leave the server.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { findFlinkCluster } from '../connections/flink-clusters.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';

/** What the engine knows a run by (FlinkRun.ref). */
const refSchema = z.object({ flinkJobId: z.string().regex(/^[0-9a-f]{32}$/) });

export async function getFlinkUi(context: ConsoleContext, call: UserCall, jobId: number): Promise<{ url: string }> {
  const { database, masterKey } = context;
  await requireJob(database, call.caller, jobId);
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId }, select: { projectId: true, queueName: true } });
  const cluster = await findFlinkCluster(database, masterKey, job.projectId, job.queueName);
  if (cluster === null) throw new Refusal('not-found', say('said.blocked.noCluster', { name: job.queueName }));
  const run = await database.run.findFirst({ where: { jobId, engine: 'flink' }, orderBy: { number: 'desc' } });
  const base = cluster.jobManagerUrl.replace(/\/+$/, '');
  const id = run?.engineRef ? refSchema.safeParse(JSON.parse(run.engineRef)).data?.flinkJobId : undefined;
  return { url: id && run ? `${base}/#/job/${run.endedAt === null ? 'running' : 'completed'}/${id}/overview` : `${base}/` };
}
