/**
 * While some jobs run with a checkpoint a second, one job is started and stopped many times: from the act to its status in the event stream
 * that every page listens to, from a change of status to its event, and from the start to Running.
 */
import type { ActResult, ConsoleApi, StreamedEvent } from '../../e2e/servers/console-api.ts';
import type { Emit } from '../record.ts';
import { percentile } from '../statistics.ts';

const COUNTING = `CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
CREATE TABLE b (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO b SELECT MOD(id, 100), COUNT(*) FROM g GROUP BY MOD(id, 100);`;
const EVERY_SECOND = { checkpointIntervalSeconds: 1 };
const LATE_MS = 120_000;

/** Statuses of one job as they come over the event stream. */
class StatusWatch {
  readonly #jobId: number;
  readonly #waiting = new Map<string, (atMs: number) => void>();
  #status = '';
  /** From the moment a status changed to its event, ms. */
  readonly delays: number[] = [];

  constructor(jobId: number) {
    this.#jobId = jobId;
  }

  take(event: StreamedEvent, atMs: number): void {
    const { status, statusAt } = event.patch ?? {};
    if (event.type !== 'job-changed' || event.jobId !== this.#jobId || status === undefined || status === this.#status) return;
    this.#status = status;
    if (statusAt !== undefined) this.delays.push(atMs - statusAt);
    this.#waiting.get(status)?.(atMs);
    this.#waiting.delete(status);
  }

  /** When the event of this status came. */
  seen(status: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no event of ${status} in ${LATE_MS} ms; the last one was ${this.#status}`)),
        LATE_MS,
      );
      this.#waiting.set(status, (atMs) => {
        clearTimeout(timer);
        resolve(atMs);
      });
    });
  }
}

/** On a busy machine the first plan of a console that has just begun may take longer than it is given. */
async function startAccepted(api: ConsoleApi, jobId: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    const [result] = await api.start(jobId);
    if (result?.outcome === 'accepted') return;
    if (tries === 5) throw new Error(`the start was not accepted: ${result?.message}`);
  }
}

export async function measureStatus(
  api: ConsoleApi,
  emit: Emit,
  { jobs, acts, running }: { readonly jobs: number; readonly acts: number; readonly running: number },
): Promise<void> {
  if (acts === 0) return;
  for (let i = 0; i < running; i++) {
    const { id } = await api.createJob(`beside-${i}`, COUNTING, EVERY_SECOND);
    await startAccepted(api, id);
    await api.waitFor(id, ['job_running']);
  }
  const job = await api.createJob('watched', COUNTING, EVERY_SECOND);
  const watch = new StatusWatch(job.id);
  const end = await api.events((event, atMs) => watch.take(event, atMs));
  const [toScreen, toRunning]: number[][] = [[], []];
  const act = async (status: string, after: string, send: () => Promise<readonly ActResult[]>) => {
    const [first, last] = [watch.seen(status), watch.seen(after)];
    const sentMs = Date.now();
    const [result] = await send();
    if (result?.outcome !== 'accepted') throw new Error(`the act was not accepted: ${result?.message}`);
    toScreen?.push((await first) - sentMs);
    return (await last) - sentMs;
  };
  try {
    for (let i = 0; i < acts; i++) {
      toRunning?.push(await act('job_submitting', 'job_running', () => api.start(job.id)));
      await act('job_canceling', 'job_cancel_success', () => api.stop(job.id, 'without'));
    }
  } finally {
    end();
  }
  const tell = (route: string, times: readonly number[]) =>
    emit({ suite: 'console', route, jobs, running, msP50: percentile(times, 0.5), msP95: percentile(times, 0.95), n: times.length });
  tell('status-to-screen', toScreen ?? []);
  tell('status-to-screen: change to event', watch.delays);
  tell('status-to-screen: start to Running', toRunning ?? []);
}
