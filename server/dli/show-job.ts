/** GET streaming/jobs/{job_id} and …/execute-graph. */
import type { UserCall } from '../auth/caller.ts';
import type { JobStatus } from '../contract/job.ts';
import { ms } from '../db/row-to-view.ts';
import type { ConsoleContext } from '../services/context.ts';
import { refusalOfAct } from '../services/job-acts.ts';
import { isRestartPending } from '../services/job-view.ts';
import { DliError } from './dli-error.ts';
import { findJob } from './find-job.ts';
import { jobDetail } from './job-to-wire.ts';

export async function showJob(context: ConsoleContext, call: UserCall, jobId: number) {
  const { row, version } = await findJob(context, call, jobId);
  return { is_success: 'true', message: 'Job detail query succeeds.', job_detail: jobDetail(context, row, version) };
}

/** Flink's states of a job. An open run follows the job's status, an ended one its cause. */
function stateOf(
  row: { readonly status: string; readonly desired: string },
  run: { readonly endCause: string | null; readonly runningAt: Date | null },
) {
  if (isRestartPending(row)) return 'RESTARTING';
  switch (run.endCause) {
    case 'finished':
      return 'FINISHED';
    case 'failed':
    case 'lost':
      return 'FAILED';
    case 'stopped':
    case 'superseded':
      return 'CANCELED';
    default:
      return row.status === 'job_canceling' ? 'CANCELLING' : run.runningAt === null ? 'INITIALIZING' : 'RUNNING';
  }
}

export async function showExecutionGraph(context: ConsoleContext, call: UserCall, jobId: number) {
  const { row } = await findJob(context, call, jobId);
  const run = await context.database.run.findFirst({ where: { jobId }, orderBy: { number: 'desc' } });
  if (!run) throw new DliError(400, 'DLI.0007', `Job ${row.name} has not run yet: it has no execution graph. Start it first.`);
  const state = stateOf(row, run);
  const isOpen = run.endedAt === null || state === 'RESTARTING';
  const startMs = ms(run.startedAt);
  const endMs = isOpen ? -1 : ms(run.endedAt as Date);
  return {
    is_success: 'true',
    message: 'The job execution stream graph is successfully queried.',
    execute_graph: {
      jid: run.id.replaceAll('-', ''),
      name: row.name,
      isStoppable: refusalOfAct('stop', row.status as JobStatus, isRestartPending(row)) === null,
      state,
      'start-time': startMs,
      'end-time': endMs,
      duration: (isOpen ? context.clock.nowMs() : endMs) - startMs,
    },
  };
}
