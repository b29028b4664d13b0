/**
 * `tidemark run`: a script on the embedded engine, in this process, without a server. Bounded jobs run to their end; others until SIGINT or
 * SIGTERM, which stops them with a savepoint when there is a checkpoint directory. A second signal ends the process at once.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readJobSettings } from '../engine/runtime/job-settings.ts';
import type { createRunEnvironment } from '../engine/runtime/run-environment.ts';
import type { JobReport, RunSpec, StoreSpec } from '../engine/runtime/wire.ts';
import { type Command, type CommandInput, type Terminal, UsageError } from './command.ts';
import { type PlannedScript, planScriptFile, SCRIPT_OPTIONS } from './script-file.ts';

const DEFAULT_INTERVAL_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 600_000;
/** Signals that follow the first within this time are the same key press, sent to the whole process group. */
const SAME_SIGNAL_MS = 1000;

export const runCommand: Command = {
  name: 'run',
  usage:
    'run FILE.sql [--set key=value]… [--parallelism N] [--checkpoint-dir URI] [--from SNAPSHOT_URI] [--allow-non-restored-state] [--data-dir DIR] [--json]',
  summary: 'run a script on the embedded engine, without a server',
  options: {
    ...SCRIPT_OPTIONS,
    parallelism: 'value',
    'checkpoint-dir': 'value',
    from: 'value',
    'allow-non-restored-state': 'flag',
    'data-dir': 'value',
  },
  async run(input, terminal) {
    const script = await planScriptFile(input, terminal);
    if (!script) return 2;
    const spec = await specOf(script, input, terminal);
    return runScript(script, spec, input.flag('json'), terminal);
  },
};

async function specOf(script: PlannedScript, input: CommandInput, terminal: Terminal): Promise<RunSpec> {
  const settings = readJobSettings(script.plan.settings);
  const jobId = randomBytes(16).toString('hex');
  const parallelism = parallelismOf(input.value('parallelism')) ?? settings.parallelism ?? 1;
  const base = input.value('checkpoint-dir') ?? settings.checkpointDirectory;
  const directory = base === null ? null : `${base.replace(/\/+$/, '')}/${jobId}`;
  const hasInterval = settings.checkpointIntervalMs !== null && settings.checkpointIntervalMs > 0;
  return {
    jobId,
    jobName: settings.jobName ?? script.file,
    runId: randomBytes(8).toString('hex'),
    generation: 1,
    sql: script.sql,
    settings: script.settings,
    parallelism,
    checkpoint: {
      isEnabled: directory !== null || hasInterval,
      intervalMs: hasInterval ? (settings.checkpointIntervalMs as number) : DEFAULT_INTERVAL_MS,
      mode: settings.mode ?? 'exactly-once',
      timeoutMs: settings.checkpointTimeoutMs ?? DEFAULT_TIMEOUT_MS,
      retained: settings.retained ?? 1,
      directory,
    },
    savepointDirectory: settings.savepointDirectory ?? directory,
    restoreFrom: input.value('from') ?? settings.restoreFrom,
    allowNonRestoredState: input.flag('allow-non-restored-state'),
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 8 * 1024 ** 3,
    timeZone: settings.timeZone ?? 'UTC',
    store: await storeOf(input, terminal),
    allowPrivateAddresses: terminal.environment.TIDEMARK_ALLOW_PRIVATE_ADDRESSES !== '0',
    allowLocalFiles: true,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
}

function parallelismOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--parallelism takes a whole number from 1, not '${text}'.`);
  return Number(text);
}

async function storeOf(input: CommandInput, terminal: Terminal): Promise<StoreSpec> {
  const root = dirname(dirname(import.meta.dirname));
  const given = input.value('data-dir') ?? terminal.environment.TIDEMARK_DATA_DIR;
  const dataDir = given === undefined ? join(root, '.tidemark') : resolve(terminal.workingDirectory, given);
  if (!terminal.environment.TIDEMARK_OBJECT_STORE) return { kind: 'local', root: join(dataDir, 'objects') };
  const { parseEnvironment } = await import('../config/environment.ts');
  const parsed = parseEnvironment(terminal.environment, root);
  if (!parsed.ok) throw new UsageError(parsed.problems.join('\n'));
  return parsed.value.objectStore.spec;
}

async function runScript(script: PlannedScript, spec: RunSpec, isJson: boolean, terminal: Terminal): Promise<number> {
  const [{ createJob }, runEnvironment] = await Promise.all([
    import('../engine/runtime/job.ts'),
    import('../engine/runtime/run-environment.ts'),
  ]);
  const environment = await openEnvironment(runEnvironment.createRunEnvironment, spec, {
    report: (report) => narrate(report, terminal),
    threads: availableParallelism(),
    print(table, line, toStandardError) {
      if (toStandardError) terminal.note(line);
      else terminal.out(isJson ? JSON.stringify({ table, line }) : line);
    },
  });
  if (typeof environment === 'string') {
    terminal.note(environment);
    return 2;
  }
  const job = createJob(spec, script.plan, environment);
  const release = onStopSignal(() => job.stop(spec.savepointDirectory === null ? 'without' : 'savepoint', null), terminal);
  await job.start();
  const end = await job.finished;
  release();
  if (end.kind === 'failed') {
    terminal.note(`The job failed: ${end.failure.message}`);
    if (end.failure.stack && terminal.environment.TIDEMARK_DEBUG) terminal.note(end.failure.stack);
    if (isJson) terminal.out(JSON.stringify({ state: 'failed', failure: { ...end.failure, stack: null } }));
    return 1;
  }
  const savepoint = end.kind === 'stopped' ? end.path : null;
  if (isJson) terminal.out(JSON.stringify({ state: end.kind, savepoint }));
  else if (savepoint !== null) terminal.out(savepoint);
  return 0;
}

/** The environment, or why there is none: a checkpoint directory or a store that cannot be used. */
async function openEnvironment(create: typeof createRunEnvironment, spec: RunSpec, seams: Parameters<typeof createRunEnvironment>[1]) {
  try {
    return await create(spec, seams);
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'DirectoryError' || name === 'StoreError') return message;
    throw error;
  }
}

function narrate(report: JobReport, terminal: Terminal): void {
  if (report.type === 'running') terminal.note(report.restoredFrom ? `Running, restored from ${report.restoredFrom}` : 'Running');
  else if (report.type === 'checkpoint-completed') terminal.note(`${report.summary.kind} ${report.checkpointId} completed: ${report.path}`);
  else if (report.type === 'checkpoint-failed') terminal.note(`Snapshot ${report.checkpointId} failed: ${report.reason}`);
  else if (report.type === 'records-repeated') terminal.note(`warn: ${report.message}`);
  else if (report.type === 'log' && report.level !== 'debug') terminal.note(`${report.level}: ${report.message}`);
}

/** Stops once; when the stop was refused (the savepoint failed) the next signal tries again. Returns a function that stops listening. */
function onStopSignal(stop: () => Promise<{ readonly ok: boolean; readonly message?: string }>, terminal: Terminal): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let isStopping = false;
  const listener = () => {
    const now = performance.now();
    if (now - lastMs < SAME_SIGNAL_MS) return;
    lastMs = now;
    if (isStopping) process.exit(1);
    isStopping = true;
    terminal.note('Stopping');
    void stop().then((answer) => {
      isStopping = false;
      if (!answer.ok) terminal.note(answer.message ?? 'The job could not be stopped.');
    });
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}
