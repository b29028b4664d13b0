/** For tests of what is committed when: a job that counts into a filesystem sink, run in lives of its own, over a local object store. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LocalObjectStore } from '../../storage/local-store.ts';
import type { Manifest } from '../checkpoint/manifest.ts';
import { readManifest } from '../checkpoint/snapshot-reader.ts';
import { CONNECTOR_NAMES, connectorOf } from '../connectors/registry.ts';
import { planScript } from '../planner/plan-script.ts';
import { createJob } from './job.ts';
import type { Job, JobEnd } from './job-contract.ts';
import { createLocator } from './locate-folder.ts';
import { createRunEnvironment } from './run-environment.ts';
import type { RunSpec } from './wire.ts';

export const BUCKET = 'tidemark';
export const CHECKPOINTS = `obs://${BUCKET}/jobs/checkpoint/1_ab`;

export interface LifeOptions {
  readonly restoreFrom?: string | null;
  readonly spec?: Partial<RunSpec>;
  /** Asked instead of the real fence. */
  readonly fence?: () => Promise<boolean>;
  /** `act` gets the job while it opens. */
  readonly isActingAtOnce?: boolean;
  /** The script names the sink's local folder from the working directory. */
  readonly isPathRelative?: boolean;
  /** Partitions the sink. */
  readonly isPartitioned?: boolean;
}

export class FileSinkWorld {
  readonly root = mkdtempSync(join(tmpdir(), 'file-sink-'));
  readonly store = new LocalObjectStore(join(this.root, 'objects'));
  readonly #place: 'local' | 'bucket';
  #generation = 0;

  constructor(place: 'local' | 'bucket') {
    this.#place = place;
  }

  get outFolder(): string {
    return this.#place === 'local' ? join(this.root, 'out') : join(this.root, 'objects', BUCKET, 'out');
  }

  /** Begins the next run of the job; `act` gets it when it runs, and the run is waited for. */
  async live(options: LifeOptions, act: (job: Job) => Promise<void>): Promise<JobEnd> {
    const generation = ++this.#generation;
    const sql = this.#sql(options);
    const spec: RunSpec = {
      jobId: '1',
      jobName: 'counting',
      runId: `run-${generation}`,
      generation,
      sql,
      settings: {},
      parallelism: 1,
      // Periodic checkpoints are out of the way: tests say when.
      checkpoint: { isEnabled: true, intervalMs: 1e8, mode: 'exactly-once', timeoutMs: 60_000, retained: 100, directory: CHECKPOINTS },
      savepointDirectory: `obs://${BUCKET}/jobs/savepoint/1`,
      restoreFrom: options.restoreFrom ?? null,
      allowNonRestoredState: false,
      startPosition: null,
      stateTtlMs: 0,
      memoryBudgetBytes: 2 ** 28,
      timeZone: 'UTC',
      store: { kind: 'local', root: join(this.root, 'objects') },
      allowPrivateAddresses: false,
      allowLocalFiles: true,
      graceMs: 0,
      logFile: null,
      controlSocket: null,
      ...options.spec,
    };
    const outcome = planScript({
      sql,
      settings: {},
      connectorOf,
      connectorNames: CONNECTOR_NAMES,
      bareSelect: 'refuse',
      allowLocalFiles: true,
    });
    if (outcome.kind === 'refused') throw new Error(outcome.problems.map((problem) => problem.message).join(' '));
    const environment = await createRunEnvironment(spec, { report: () => {}, print: () => {} });
    const job = createJob(spec, outcome.plan, { ...environment, ...(options.fence ? { fence: options.fence } : {}) });
    const starting = job.start();
    if (!options.isActingAtOnce) await starting;
    await act(job);
    return job.finished;
  }

  /** Until the sink has taken this many rows more than at the call. */
  async written(job: Job, rows: number): Promise<void> {
    const count = () => job.metrics().operators.reduce((sum, one) => sum + (one.kind === 'sink' ? one.recordsIn : 0), 0);
    const until = count() + rows;
    while (count() < until) await wait(1);
  }

  manifest(uri: string): Promise<Manifest> {
    return createLocator(this.store)(uri).then(readManifest);
  }

  /** Committed ids, ascending. */
  ids(): number[] {
    return this.#files()
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
      .flatMap((name) => readFileSync(join(this.outFolder, name), 'utf8').trim().split('\n'))
      .map((line) => (JSON.parse(line) as { id: number }).id)
      .sort((a, b) => a - b);
  }

  /** What is there and not committed: hidden files, or uploads in parts. */
  async uncommitted(): Promise<string[]> {
    if (this.#place === 'bucket') return (await this.store.listMultipart(BUCKET, '')).map(({ ref }) => ref.key);
    return this.#files().filter((name) => name.split('/').some((part) => part.startsWith('.')));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #files(): string[] {
    return readdirSync(this.outFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.outFolder.length + 1));
  }

  #sql({ isPartitioned, isPathRelative }: LifeOptions): string {
    const folder = join(this.root, 'out');
    const path = this.#place === 'bucket' ? `obs://${BUCKET}/out` : isPathRelative ? relative(process.cwd(), folder) : folder;
    return `CREATE TABLE numbers (id INT) WITH ('connector' = 'datagen', 'rows-per-second' = '5000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000');
      CREATE TABLE out_files (id INT, half INT) ${isPartitioned ? 'PARTITIONED BY (half)' : ''} WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json');
      INSERT INTO out_files SELECT id, MOD(id, 2) FROM numbers;`;
  }
}

/** Ids that occur more than once. */
export function repeated(ids: readonly number[]): number[] {
  return [...new Set(ids.filter((id, index) => ids[index + 1] === id))];
}

/** Whether the ids are 1 to n without a gap, repeated or not. */
export function isComplete(ids: readonly number[]): boolean {
  return [...new Set(ids)].every((id, index) => id === index + 1);
}
