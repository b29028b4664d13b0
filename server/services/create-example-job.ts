/** One click: an example job that makes its own orders, counts them, and starts. */

import type { UserCall } from '../auth/caller.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';
import { createJob } from './create-job.ts';
import { liveNameOf } from './job-writes.ts';
import { EXAMPLE_SQL } from './sample-templates.ts';
import { startJobs } from './start-jobs.ts';

async function freeName(context: ConsoleContext, call: UserCall): Promise<string> {
  for (let number = 1; number < 1_000; number++) {
    const name = number === 1 ? 'orders-by-city' : `orders-by-city-${number}`;
    const liveName = liveNameOf(call.caller.projectId, name);
    if (!(await context.database.job.findUnique({ where: { liveName }, select: { id: true } }))) return name;
  }
  throw new Refusal('name-taken', say('said.no.examples'));
}

export async function createExampleJob(context: ConsoleContext, call: UserCall): Promise<{ jobId: number; operationId: string }> {
  const { job } = await createJob(context, call, {
    name: await freeName(context, call),
    type: 'flink_opensource_sql_job',
    description: 'Makes five orders a second and counts them by city every ten seconds. Stop it with a savepoint and start it again.',
    sql: EXAMPLE_SQL,
    options: { checkpointIntervalSeconds: 10 },
    tags: [{ key: 'example', value: 'orders' }],
  });
  const { results } = await startJobs(context, call, {
    jobs: [{ jobId: job.id, choice: { kind: 'newest' }, allowNonRestoredState: false }],
  });
  const result = results[0];
  if (!result?.operationId) throw new Refusal('wrong-status', say('said.no.exampleStart', { name: job.name, why: result?.said ?? [] }));
  return { jobId: job.id, operationId: result.operationId };
}
