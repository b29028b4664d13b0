/**
 * The process of one preview. It plans one query of a script, runs it with sinks off and tells rows, watermark and counts until the sources end,
 * a budget (rows, time, memory) is used up, or it is told to stop. It takes no checkpoint and ends at once when its channel closes.
 *
 * Exit code 0 after its `end`; anything else is told by whoever forked it.
 */
import { systemClock } from '../../effects/clock.ts';
import { systemRandom } from '../../effects/random.ts';
import { createDialer } from '../../effects/real-dialer.ts';
import { systemScheduler } from '../../effects/scheduler.ts';
import { CONNECTOR_NAMES, connectorOf } from '../connectors/registry.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import { planScript } from '../planner/plan-script.ts';
import { createJob } from '../runtime/job.ts';
import type { Job, JobEnd, JobEnvironment } from '../runtime/job-contract.ts';
import { readJobSettings } from '../runtime/job-settings.ts';
import { openStore } from '../runtime/open-store.ts';
import type { RunSpec } from '../runtime/wire.ts';
import { openConnectionStores, withConnections } from '../runtime/with-connections.ts';
import { formatType } from '../types/sql-type.ts';
import { previewConnectors, readOnlyStore } from './preview-connectors.ts';
import type { PreviewEndReason, PreviewOrder, PreviewProgress, PreviewReport, PreviewRow, PreviewSpec } from './preview-wire.ts';
import { queriesHaveSink } from './script-queries.ts';

const TELL_MS = 100;
const PROGRESS_MS = 1_000;
const FAREWELL_MS = 200;
const TURN_MS = 8;
/** Of state, within the budget of the process. */
const STATE_SHARE = 0.5;

let job: Job | null = null;
let spec: PreviewSpec | null = null;
let isOver = false;
let total = 0;
let lastToldMs = 0;
const rows: PreviewRow[] = [];

function tell(report: PreviewReport): void {
  process.send?.(report);
}

function take(row: PreviewRow): void {
  if (spec && !isFull(spec)) rows.push(row);
  if (spec && isFull(spec)) setImmediate(endFull);
}

const isFull = (of: PreviewSpec): boolean => total + rows.length >= of.rowsMax;
const endFull = (): void => end('rows', `${spec?.rowsMax} rows were shown.`);

function progress(): PreviewProgress {
  const metrics = job?.metrics();
  const sink = metrics?.operators.find((operator) => operator.kind === 'sink');
  const watermark = sink?.watermarkMs ?? null;
  const sources = (metrics?.operators ?? []).filter((operator) => operator.kind === 'source' || operator.kind === 'values');
  return {
    atMs: systemClock.nowMs(),
    // The last watermark of a source that ended is no time of day.
    watermarkMs: watermark !== null && watermark >= 0 && watermark < 8.64e15 ? watermark : null,
    total,
    recordsIn: sources.reduce((sum, operator) => sum + operator.recordsOut, 0),
  };
}

function tellRows(): void {
  const nowMs = systemClock.monotonicMs();
  if (rows.length === 0) {
    if (job && nowMs - lastToldMs >= PROGRESS_MS) {
      lastToldMs = nowMs;
      tell({ type: 'progress', ...progress() });
    }
    return;
  }
  lastToldMs = nowMs;
  const told = rows.splice(0);
  total += told.length;
  tell({ type: 'rows', rows: told, ...progress() });
}

function end(reason: PreviewEndReason, message: string): void {
  if (isOver) return;
  isOver = true;
  tellRows();
  const { recordsIn } = progress();
  tell({ type: 'end', atMs: systemClock.nowMs(), reason, message, total, recordsIn });
  void job?.stop('without', null).catch(() => {});
  setTimeout(() => process.exit(0), FAREWELL_MS);
}

function plan(of: PreviewSpec, connectors: JobEnvironment['connectorOf']): PhysicalPlan | string {
  const outcome = planScript({
    sql: of.sql,
    settings: of.settings,
    connectorOf: connectors,
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'collect',
    allowLocalFiles: false,
    onlyQuery: of.statement,
  });
  if (outcome.kind === 'planned') return outcome.plan;
  return outcome.problems.map((problem) => `Line ${problem.line}, column ${problem.column}: ${problem.message}`).join('\n');
}

function runSpecOf(of: PreviewSpec): RunSpec {
  return {
    jobId: 'preview',
    jobName: 'preview',
    runId: `preview-${process.pid}`,
    generation: 0,
    sql: of.sql,
    settings: of.settings,
    parallelism: 1,
    checkpoint: { isEnabled: false, intervalMs: 1, mode: 'exactly-once', timeoutMs: 60_000, retained: 1, directory: null },
    savepointDirectory: null,
    restoreFrom: null,
    allowNonRestoredState: false,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: Math.floor(of.memoryBytes * STATE_SHARE),
    timeZone: readJobSettings(of.settings).timeZone ?? 'UTC',
    store: of.store,
    allowPrivateAddresses: of.allowPrivateAddresses,
    allowLocalFiles: false,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
}

async function run(of: PreviewSpec): Promise<void> {
  const dialer = createDialer({ allowPrivateAddresses: of.allowPrivateAddresses, allowList: of.allowedAddresses });
  const stores = [...(await openConnectionStores(of.connections, dialer))].map(([name, store]) => [name, readOnlyStore(store)] as const);
  const connectors = previewConnectors(withConnections(connectorOf, of.connections, new Map(stores)), of, take);
  const planned = plan(of, connectors);
  if (typeof planned === 'string') return end('failed', planned);
  const sink = planned.nodes.find((node) => node.kind === 'sink');
  if (sink?.kind !== 'sink') throw new Error('a preview was planned without a sink');
  tell({
    type: 'started',
    atMs: systemClock.nowMs(),
    sink: queriesHaveSink(of.sql)[of.statement] ? sink.table.name : null,
    columns: sink.table.physical.map((field) => ({ name: field.name, type: formatType(field.type) })),
    warnings: planned.warnings.map((warning) => `Line ${warning.line}: ${warning.message}`),
  });
  job = createJob(runSpecOf(of), planned, {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    store: readOnlyStore(await openStore(of.store, dialer)),
    dialer,
    allowLocalFiles: false,
    connectorOf: connectors,
    locate: async () => {
      throw new Error('a preview takes no snapshot');
    },
    fence: async () => true,
    report: () => {},
    print: () => {},
    turnMs: TURN_MS,
    threads: 1,
  });
  await job.start();
  finish(await job.finished);
}

function finish(how: JobEnd): void {
  // The last rows that are shown may come with the end of the sources: there may have been more.
  if (spec && isFull(spec)) endFull();
  else if (how.kind !== 'failed') end('finished', 'The sources ended.');
  // What a job could be given more of, a preview cannot.
  else if (how.failure.causeKey === 'state-budget') end('memory', 'The state of the query needs more memory than a preview may take.');
  else end('failed', how.failure.message);
}

function watchBudgets(of: PreviewSpec): void {
  setInterval(tellRows, TELL_MS);
  setTimeout(() => end('time', `${of.timeMs / 1000} s were over.`), of.timeMs);
  setInterval(() => {
    if (process.memoryUsage.rss() > of.memoryBytes)
      end('memory', `The preview may take ${of.memoryBytes / 1024 / 1024} MiB; it needs more.`);
  }, TELL_MS);
}

/** Takes over this process. */
export function runPreviewProcess(): void {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  const fail = (error: unknown) => end('failed', error instanceof Error ? error.message : String(error));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('message', (order: PreviewOrder) => {
    if (order.type === 'stop') return end('stopped', 'Stopped.');
    if (spec) return;
    spec = order.spec;
    watchBudgets(spec);
    run(spec).catch(fail);
  });
}
