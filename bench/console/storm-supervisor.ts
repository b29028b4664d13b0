/**
 * The real supervisor over an engine whose runs cost nothing, so that a thousand jobs fit on one machine: what is measured is supervisor,
 * database, events and page. The parent says over IPC when all runs fail at once, and hears how many run.
 *   environment as the supervisor's own: TIDEMARK_DATA_DIR, TIDEMARK_LAUNCH_SECRET
 */
import { randomUUID } from 'node:crypto';
import { projectRoot } from '../../scripts/bootstrap.mjs';
import { parseEnvironment } from '../../server/config/environment.ts';
import { openDatabase } from '../../server/db/open-database.ts';
import { systemClock } from '../../server/effects/clock.ts';
import type { RunSpec } from '../../server/engine/runtime/wire.ts';
import type { AdoptOutcome, EngineRun, JobEngine, RunListener, SubmitOutcome } from '../../server/engines/contract.ts';
import { loadMasterKey } from '../../server/secrets/load-master-key.ts';
import { createStore } from '../../server/storage/create-store.ts';
import type { SupervisorContext } from '../../server/supervisor/context.ts';
import { EventServer, eventSocketAddress } from '../../server/supervisor/events.ts';
import { installationId } from '../../server/supervisor/installation.ts';
import { Supervisor } from '../../server/supervisor/supervisor.ts';

export type FromParent = 'fail-all';
export type ToParent = { readonly kind: 'ready' } | { readonly kind: 'running'; readonly count: number } | { readonly kind: 'failed' };

class WeightlessEngine implements JobEngine {
  readonly runsOutlive = false;
  readonly name = 'embedded';
  readonly runs = new Map<string, RunListener>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  async submit(spec: RunSpec, listener: RunListener): Promise<SubmitOutcome> {
    this.runs.set(spec.runId, listener);
    listener.onReport({ type: 'running', atMs: Date.now(), restoredFrom: null, operators: [] });
    this.#onChange();
    return { kind: 'submitted', run: this.#line(spec.runId) };
  }

  failAll(): void {
    const runs = [...this.runs.values()];
    this.runs.clear();
    const failure = {
      message: 'The broker is gone.',
      causeKey: 'storm',
      operatorUid: null,
      isRetryable: false,
      domain: 'external' as const,
      stack: null,
    };
    for (const run of runs) {
      run.onReport({ type: 'failed', atMs: Date.now(), failure });
      run.onEnded('The process ended with exit code 1.');
    }
  }

  async adopt(): Promise<AdoptOutcome> {
    return { kind: 'gone', message: 'The process is gone.' };
  }
  async kill(): Promise<boolean> {
    return true;
  }
  async describe(identity: { readonly ref: string | null; readonly runId: string }) {
    return { ref: identity.ref ?? '', isAlive: this.runs.has(identity.runId) };
  }
  logFile(jobId: string, runId: string): string {
    return `/nowhere/${jobId}/${runId}.log`;
  }
  async forget(): Promise<void> {}

  #line(runId: string): EngineRun {
    const end = () => {
      const listener = this.runs.get(runId);
      this.runs.delete(runId);
      listener?.onReport({ type: 'stopped', atMs: Date.now(), path: null });
      listener?.onEnded('The process ended with exit code 0.');
    };
    return { runId, ref: runId, triggerSnapshot: () => {}, stop: end, kill: async () => end(), release: () => {} };
  }
}

const parsed = parseEnvironment(process.env, projectRoot);
if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
const environment = parsed.value;
const { dataDir } = environment;
const opened = await openDatabase({ dataDir, databaseUrl: environment.databaseUrl });
const events = new EventServer(process.env.TIDEMARK_LAUNCH_SECRET ?? '', () => supervisor.wake());
const engine = new WeightlessEngine(() => process.send?.({ kind: 'running', count: engine.runs.size } satisfies ToParent));
const context: SupervisorContext = {
  database: opened.client,
  provider: opened.provider,
  clock: systemClock,
  engines: { embedded: engine, flink: engine },
  store: createStore(environment.objectStore.spec),
  masterKey: loadMasterKey(dataDir, environment.masterKey),
  environment,
  holder: `${installationId(dataDir)}/${randomUUID()}`,
  publish: (event) => events.publish(event),
  stored: () => events.stored(),
  log: (level, message) => level === 'error' && process.stderr.write(`${message}\n`),
};
const supervisor = new Supervisor(context);
await events.listen(eventSocketAddress(dataDir));
await supervisor.start();
process.on('message', (message: FromParent) => {
  if (message !== 'fail-all') return;
  engine.failAll();
  process.send?.({ kind: 'failed' } satisfies ToParent);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ kind: 'ready' } satisfies ToParent);
