/** GET /metrics: Prometheus text. Without a token only where the console listens on loopback and is asked by that name. */
import { authenticate } from '../auth/authenticate.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { isLoopbackHost } from '../config/environment.ts';
import { ms, numberOrNull } from '../db/row-to-view.ts';
import type { ConsoleContext } from '../services/context.ts';

type Labels = Readonly<Record<string, string>>;
interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly (readonly [Labels, number])[];
}

const escaped = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

export function prometheusText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    lines.push(`# HELP ${family.name} ${family.help}`, `# TYPE ${family.name} ${family.type}`);
    for (const [labels, value] of family.samples) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
      lines.push(`${family.name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function isLoopbackRequest(context: ConsoleContext, headers: Headers): boolean {
  const host = headers.get('host') ?? '';
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':')[0] ?? '');
  return isLoopbackHost(context.environment.host) && isLoopbackHost(name) && !headers.has('x-forwarded-host');
}

export async function prometheus(context: ConsoleContext, request: Request): Promise<Response> {
  const { database } = context;
  const nowMs = context.clock.nowMs();
  const caller = await authenticate(database, request.headers, request.url, nowMs);
  if (!caller && !isLoopbackRequest(context, request.headers)) {
    return new Response('A token is needed: Authorization: Bearer <API token>.\n', {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  const where = caller ? visibleJobs(caller) : { deletedAt: null };
  const [statuses, jobs, operations] = await Promise.all([
    database.job.groupBy({ by: ['status'], where, _count: { _all: true } }),
    database.job.findMany({ where: { AND: [where, { desired: 'running' }] }, orderBy: { id: 'asc' }, take: 10_000 }),
    database.operation.groupBy({ by: ['status'], where: { job: where, finishedAt: null }, _count: { _all: true } }),
  ]);
  const perJob = (
    name: string,
    help: string,
    value: (job: (typeof jobs)[number]) => number | null,
    type: Family['type'] = 'gauge',
  ): Family => ({
    name,
    help,
    type,
    samples: jobs.flatMap((job) => {
      const number = value(job);
      return number === null ? [] : [[{ job_id: String(job.id), job: job.name, queue: job.queueName }, number] as const];
    }),
  });
  const text = prometheusText([
    { name: 'tidemark_info', help: 'The version.', type: 'gauge', samples: [[{ version: context.version }, 1]] },
    {
      name: 'tidemark_jobs',
      help: 'Jobs by status.',
      type: 'gauge',
      samples: statuses.map((group) => [{ status: group.status }, group._count._all] as const),
    },
    {
      name: 'tidemark_operations',
      help: 'Operations that have not ended.',
      type: 'gauge',
      samples: operations.map((group) => [{ status: group.status }, group._count._all] as const),
    },
    {
      name: 'tidemark_supervisor_connected',
      help: '1 while the supervisor is connected.',
      type: 'gauge',
      samples: [[{}, context.supervisor.isConnected() ? 1 : 0]],
    },
    perJob('tidemark_job_snapshot_age_seconds', 'Age of the newest snapshot.', (job) =>
      job.newestSnapshotAt ? (nowMs - ms(job.newestSnapshotAt)) / 1000 : null,
    ),
    perJob('tidemark_job_exposure_records', 'Records that would be read again if the job failed now.', (job) =>
      numberOrNull(job.exposureRecords),
    ),
    perJob('tidemark_job_lag_records', 'Records that wait in the sources.', (job) => numberOrNull(job.lagRecords)),
    perJob('tidemark_job_state_bytes', 'Size of the state.', (job) => numberOrNull(job.stateBytes)),
    perJob('tidemark_job_restarts_total', 'Automatic restarts.', (job) => job.restartCount, 'counter'),
    perJob('tidemark_job_failed_checkpoints', 'Checkpoints failed since the newest good one.', (job) => job.checkpointFailuresSince),
    { name: 'process_resident_memory_bytes', help: 'Memory of the console.', type: 'gauge', samples: [[{}, process.memoryUsage.rss()]] },
  ]);
  return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' } });
}
