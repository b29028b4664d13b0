/**
 * Runs previews, each in a process of its own (server/engine/preview-main.ts) that ends with its channel: a console that dies takes them along. The
 * process keeps its budgets itself; one that does not end after its time is ended here.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { PreviewEndReason, PreviewReport, PreviewSpec } from '../../engine/preview/preview-wire.ts';

/** Beside the preview's own time: start of the process, and its farewell. */
const EXTRA_MS = 15_000;
const STOP_MS = 2_000;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'NODE_EXTRA_CA_CERTS'] as const;
const OUT_OF_MEMORY_CODE = 134;
const REPORTS: ReadonlySet<string> = new Set<PreviewReport['type']>(['started', 'rows', 'progress', 'end']);

export interface RunningPreview {
  /** Its `end` still comes. */
  stop(): void;
}

/** `onReport`: in order; `end` is the last one and always comes, once. */
export function runPreview(projectRoot: string, spec: PreviewSpec, onReport: (report: PreviewReport) => void): RunningPreview {
  const environment: NodeJS.ProcessEnv = { NODE_ENV: 'production' };
  for (const name of PASSED_ON) if (process.env[name] !== undefined) environment[name] = process.env[name];
  const heapMegabytes = Math.floor((spec.memoryBytes / 1024 / 1024) * 0.75);
  // Not fork: the bundler of the console takes its first argument for a module and wants to find it.
  const program = join(projectRoot, 'server', 'engine', 'preview-main.ts');
  const flags = ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMegabytes}`];
  const child = spawn(process.execPath, [...flags, program], {
    cwd: projectRoot,
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let isOver = false;
  let isStopped = false;
  let counts = { total: 0, recordsIn: 0 };
  const finish = (report: PreviewReport): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(deadline);
    onReport(report);
  };
  const finishAs = (reason: PreviewEndReason, message: string): void =>
    finish({ type: 'end', atMs: Date.now(), reason, message, ...counts });
  const deadline = setTimeout(() => {
    child.kill('SIGKILL');
    finishAs('time', 'The preview did not end in its time and was ended.');
  }, spec.timeMs + EXTRA_MS);
  deadline.unref();
  child.on('message', (message: PreviewReport) => {
    if (isOver || !REPORTS.has(message.type)) return;
    if (message.type !== 'started') counts = { total: message.total, recordsIn: message.recordsIn };
    if (message.type === 'end') finish(message);
    else onReport(message);
  });
  child.on('error', (error) => finishAs('failed', `The process of the preview could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (isStopped) finishAs('stopped', 'Stopped.');
    else if (code === OUT_OF_MEMORY_CODE || signal === 'SIGABRT') finishAs('memory', 'The preview needs more memory than it may take.');
    else finishAs('failed', `The process of the preview ended: ${signal ?? `exit code ${code}`}.`);
  });
  child.send({ type: 'start', spec }, () => {});
  return {
    stop() {
      if (isStopped || child.exitCode !== null) return;
      isStopped = true;
      if (child.connected) child.send({ type: 'stop' }, () => {});
      setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
    },
  };
}
