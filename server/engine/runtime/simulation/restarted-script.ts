/**
 * Runs a script of the SQL corpus in several lives: sources hand out a few rows at a time, and after a number of polls that a seed chooses the job
 * is stopped and goes on from its newest snapshot at another parallelism. Odd lives end with a savepoint; even ones take a checkpoint, read on,
 * and lose what came after it. Connectors, store and files are the real ones.
 */
import { join } from 'node:path';
import type { RandomSource } from '../../../effects/random.ts';
import type { Connector, SourceReader } from '../../connectors/contract.ts';
import { CONNECTOR_NAMES, connectorOf } from '../../connectors/registry.ts';
import type { PhysicalPlan } from '../../planner/physical-plan.ts';
import { planScript } from '../../planner/plan-script.ts';
import { createJob } from '../job.ts';
import type { Job, JobEnd } from '../job-contract.ts';
import { createRunEnvironment } from '../run-environment.ts';
import type { RunSpec } from '../wire.ts';

export interface ScriptRun {
  readonly sql: string;
  /** Empty folder for snapshots. */
  readonly folder: string;
  readonly random: RandomSource;
  /** Parallelism of each life in turn; the last life runs to the end. */
  readonly parallelisms: readonly number[];
  readonly rowsAPoll: number;
  readonly pollsALife: number;
}

export type ScriptOutcome =
  /** The planner says that the embedded engine does not run this. */
  | { readonly kind: 'not-supported' }
  | { readonly kind: 'finished'; readonly restarts: number }
  | { readonly kind: 'failed'; readonly message: string };

export async function runWithRestarts(run: ScriptRun): Promise<ScriptOutcome> {
  const plan = planCorpusScript(run.sql);
  if ('kind' in plan) return plan;
  let restoreFrom: string | null = null;
  for (let life = 0; life < run.parallelisms.length; life++) {
    const isLast = life === run.parallelisms.length - 1;
    const { end, snapshot }: LifeEnd = await liveOnce(run, plan, life, restoreFrom, isLast);
    if (end.kind === 'failed') return { kind: 'failed', message: `life ${life}: ${end.failure.message}\n${end.failure.stack ?? ''}` };
    if (end.kind === 'finished') return { kind: 'finished', restarts: life };
    restoreFrom = end.path ?? snapshot ?? restoreFrom;
  }
  return { kind: 'failed', message: 'the last life did not end by itself' };
}

export function planCorpusScript(sql: string): PhysicalPlan | ScriptOutcome {
  const outcome = planScript({
    sql,
    settings: {},
    connectorOf,
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'collect',
    allowLocalFiles: true,
  });
  if (outcome.kind === 'planned') return outcome.plan;
  const message = outcome.problems.map((problem) => problem.message).join(' ');
  return message.includes('not supported') ? { kind: 'not-supported' } : { kind: 'failed', message };
}

interface LifeEnd {
  readonly end: JobEnd;
  /** The checkpoint this life took. */
  readonly snapshot: string | null;
}

async function liveOnce(run: ScriptRun, plan: PhysicalPlan, life: number, restoreFrom: string | null, isLast: boolean): Promise<LifeEnd> {
  const spec = specOfLife(run, life, restoreFrom);
  let snapshot: string | null = null;
  const environment = await createRunEnvironment(spec, {
    report: (report) => {
      if (report.type === 'checkpoint-completed') snapshot = report.path;
    },
    print: () => {},
  });
  let polls = 0;
  const checkpointAt = life % 2 === 0 ? 1 + Math.floor(run.random.next() * run.pollsALife) : 0;
  const stopAt = checkpointAt + 1 + Math.floor(run.random.next() * run.pollsALife);
  let job: Job | null = null;
  const onPoll = () => {
    polls++;
    if (isLast) return;
    if (polls === checkpointAt) void job?.triggerSnapshot('checkpoint', null);
    if (polls === stopAt) setImmediate(() => void job?.stop(checkpointAt > 0 ? 'without' : 'savepoint', null));
  };
  job = createJob(spec, plan, { ...environment, connectorOf: (name) => slowed(connectorOf(name), run, onPoll), turnMs: 0 });
  await job.start();
  const end = await job.finished;
  return { end, snapshot };
}

/** The same connector, whose sources hand out few rows at a time. */
export function slowed(
  connector: Connector | null,
  run: Pick<ScriptRun, 'random' | 'rowsAPoll'>,
  onPoll: () => void | Promise<void>,
): Connector | null {
  if (!connector?.createReader) return connector;
  return {
    ...connector,
    createReader: (table, reads, context) => {
      const reader = connector.createReader?.(table, reads, context) as SourceReader;
      return {
        open: (restored) => reader.open(restored),
        poll: async (rowsMax) => {
          await onPoll();
          return reader.poll(Math.min(rowsMax, 1 + Math.floor(run.random.next() * run.rowsAPoll)));
        },
        positions: () => reader.positions(),
        close: () => reader.close(),
      };
    },
  };
}

export function specOfLife(run: Pick<ScriptRun, 'sql' | 'folder' | 'parallelisms'>, life: number, restoreFrom: string | null): RunSpec {
  return {
    jobId: 'restarted',
    jobName: 'restarted',
    runId: `life${life}`,
    generation: life,
    sql: run.sql,
    settings: {},
    parallelism: run.parallelisms[life] as number,
    checkpoint: {
      isEnabled: false,
      intervalMs: 1_000_000,
      mode: 'exactly-once',
      timeoutMs: 60_000,
      retained: 3,
      directory: 'obs://bucket/checkpoints',
    },
    savepointDirectory: 'obs://bucket/savepoints',
    restoreFrom,
    allowNonRestoredState: false,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 2 ** 30,
    timeZone: 'UTC',
    store: { kind: 'local', root: join(run.folder, 'objects') },
    allowPrivateAddresses: true,
    allowLocalFiles: true,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
}
