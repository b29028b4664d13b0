/**
 * The process of one job, forked by a supervisor (runtime/wire.ts says the messages). It plans the script, runs the job and reports; it owns no
 * desire of its own: it ends when the job ends, when it is told to, or when no supervisor was there for `graceMs`.
 *
 * Exit codes: 0 the job finished or was stopped; 1 it failed; 70 an invariant of the process itself broke.
 */
import { availableParallelism } from 'node:os';
import { systemClock } from '../../effects/clock.ts';
import { CONNECTOR_NAMES, connectorOf } from '../connectors/registry.ts';
import { planScript } from '../planner/plan-script.ts';
import { classifyFailure } from './failure.ts';
import { createJob } from './job.ts';
import type { Job, JobEnvironment } from './job-contract.ts';
import { type JobLog, openJobLog } from './job-log.ts';
import { parseOrder } from './order-schema.ts';
import { RowBuffer } from './row-buffer.ts';
import { createRunEnvironment } from './run-environment.ts';
import { SupervisorLink } from './supervisor-link.ts';
import type { JobOrder, JobReport, RunSpec } from './wire.ts';
import { withConnections } from './with-connections.ts';

const METRICS_MS = 1000;
const ROWS_MS = 250;
/** Time for the last reports to leave the process. */
const FAREWELL_MS = 300;

let spec: RunSpec | null = null;
let job: Job | null = null;
let log: JobLog = openJobLog(null);
let grace: ReturnType<typeof setTimeout> | null = null;
let isLeaving = false;
/** An invariant broke: until the process ends nothing is published and nothing more is said. */
let hasCrashed = false;
let threadProgram: URL | null = null;
const rows = new RowBuffer();

const link = new SupervisorLink({
  onMessage: receive,
  onConnected() {
    if (grace) clearTimeout(grace);
    grace = null;
  },
  onLost: startGrace,
});

function report(message: JobReport): void {
  if (hasCrashed) return;
  link.send(message);
  if (message.type === 'log') log.write(message.atMs, message.level, message.message);
  else if (message.type === 'records-repeated') log.write(message.atMs, 'warn', message.message);
  else if (message.type === 'failed') log.write(message.atMs, 'error', `Failed: ${message.failure.message}`);
  else if (message.type === 'checkpoint-completed')
    log.write(message.atMs, 'info', `Snapshot ${message.checkpointId} completed: ${message.path}`);
  else if (message.type === 'checkpoint-failed')
    log.write(message.atMs, 'warn', `Snapshot ${message.checkpointId} failed: ${message.reason}`);
}

/** Without a supervisor the job goes on for a while; then it stops, keeping its last checkpoint. */
function startGrace(): void {
  if (grace || isLeaving) return;
  log.write(systemClock.nowMs(), 'warn', 'The supervisor is gone.');
  grace = setTimeout(() => {
    log.write(systemClock.nowMs(), 'warn', 'No supervisor came back in time; the job stops and keeps its last checkpoint.');
    if (job) void job.stop('without', null).then(() => leave(0, 0));
    else leave(0, 0);
  }, spec?.graceMs ?? 0);
}

function receive(message: unknown): void {
  let order: JobOrder;
  try {
    order = parseOrder(message);
  } catch (error) {
    report({ type: 'log', atMs: systemClock.nowMs(), level: 'error', message: (error as Error).message });
    // Without its start nothing would ever happen here, and the job would stay Submitting.
    if (!spec) refuseToStart(error);
    return;
  }
  if (order.type === 'start') void start(order.spec);
  else void obey(order);
}

function refuseToStart(error: unknown): void {
  report({ type: 'failed', atMs: systemClock.nowMs(), failure: classifyFailure(error, null) });
  leave(1);
}

async function obey(order: Exclude<JobOrder, { type: 'start' }>): Promise<void> {
  const { requestId } = order;
  if (order.type === 'ping' || !job) {
    const ok = order.type === 'ping';
    report({ type: 'answer', requestId, ok, path: null, message: ok ? null : 'The job has not started.' });
    return;
  }
  const answer =
    order.type === 'stop' ? await job.stop(order.mode, order.directory) : await job.triggerSnapshot(order.kind, order.directory);
  report({ type: 'answer', requestId, ok: answer.ok, path: answer.ok ? answer.path : null, message: answer.ok ? null : answer.message });
}

async function start(runSpec: RunSpec): Promise<void> {
  if (spec) return;
  spec = runSpec;
  log = openJobLog(spec.logFile);
  log.write(systemClock.nowMs(), 'info', `Run ${spec.runId} of job ${spec.jobName} begins, generation ${spec.generation}.`);
  try {
    if (spec.controlSocket !== null) await link.listen(spec.controlSocket);
    job = await createPlannedJob(spec);
  } catch (error) {
    report({ type: 'failed', atMs: systemClock.nowMs(), failure: classifyFailure(error, null) });
    leave(1);
    return;
  }
  if (!job) {
    leave(1);
    return;
  }
  await job.start();
  const metrics = setInterval(() => job && report(job.metrics()), METRICS_MS);
  const rowTimer = setInterval(sendRows, ROWS_MS);
  const end = await job.finished;
  clearInterval(metrics);
  clearInterval(rowTimer);
  sendRows();
  report(job.metrics());
  leave(end.kind === 'failed' ? 1 : 0);
}

/** Null when the script was refused (and said so). */
async function createPlannedJob(runSpec: RunSpec): Promise<Job | null> {
  const settings = {
    'table.local-time-zone': runSpec.timeZone,
    ...(runSpec.stateTtlMs > 0 ? { 'table.exec.state.ttl': `${runSpec.stateTtlMs} ms` } : {}),
    ...runSpec.settings,
  };
  const outcome = planScript({
    sql: runSpec.sql,
    settings,
    connectorOf: withConnections(connectorOf, runSpec.connections ?? {}, new Map()),
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'refuse',
    allowLocalFiles: runSpec.allowLocalFiles,
  });
  if (outcome.kind === 'refused') {
    const message = outcome.problems.map((problem) => `Line ${problem.line}, column ${problem.column}: ${problem.message}`).join('\n');
    const failure = { message, causeKey: 'sql-refused', operatorUid: null, isRetryable: false, domain: 'user', stack: null } as const;
    report({ type: 'failed', atMs: systemClock.nowMs(), failure });
    return null;
  }
  for (const warning of outcome.plan.warnings) {
    report({ type: 'log', atMs: systemClock.nowMs(), level: 'warn', message: `Line ${warning.line}: ${warning.message}` });
  }
  const environment = await createRunEnvironment(runSpec, {
    report,
    print: (table, line) => rows.add(table, line),
    threads: availableParallelism(),
  });
  const fence = () => fenceOf(environment);
  return createJob(runSpec, outcome.plan, threadProgram ? { ...environment, fence, threadProgram } : { ...environment, fence });
}

/** Asked before each step that shows anything to others; after a crash there is no answer. */
async function fenceOf(environment: JobEnvironment): Promise<boolean> {
  const isOurs = await environment.fence();
  return hasCrashed ? new Promise(() => {}) : isOurs;
}

function sendRows(): void {
  for (const { table, lines } of rows.drain()) report({ type: 'rows', table, lines });
}

/** Ends the process after its last reports are out; without a supervisor they wait for one until the grace period is over. */
function leave(code: number, waitMs: number = spec?.graceMs ?? 0): void {
  if (isLeaving) return;
  isLeaving = true;
  process.exitCode = code;
  const deadline = systemClock.monotonicMs() + (link.isConnected ? 0 : waitMs);
  const wait = setInterval(() => {
    if (!link.isConnected && systemClock.monotonicMs() < deadline) return;
    clearInterval(wait);
    setTimeout(() => {
      link.close();
      process.exit(code);
    }, FAREWELL_MS);
  }, 20);
}

/** Nothing may be published after an invariant broke: what is in memory may be wrong. */
function crash(error: unknown): void {
  if (hasCrashed) return;
  hasCrashed = true;
  const cause = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${cause.stack ?? cause.message}\n`);
  log.write(systemClock.nowMs(), 'error', cause.stack ?? cause.message);
  link.send({ type: 'failed', atMs: systemClock.nowMs(), failure: { ...classifyFailure(cause, null), causeKey: `crash-${cause.name}` } });
  setTimeout(() => process.exit(70), FAREWELL_MS);
}

/** Takes over this process: from now on it does what its supervisor says. `program`: what its threads run instead of their own. */
export function runJobProcess(program: URL | null = null): void {
  threadProgram = program;
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  // Ctrl-C in a terminal reaches every process of the group; the supervisor decides what becomes of the job.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {
    if (job) void job.stop('without', null).then(() => leave(0));
    else leave(0);
  });
  link.adoptParent();
}
