/**
 * Metadata made by the versions of Flink that the console drives, in every form: heap, RocksDB full and incremental, unaligned with records under way, file
 * merging (2.x), canonical, native, drained. Each is read as Flink's own loader of the same version reads it, and refused when cut at any byte.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { call, type FlinkCluster, FlinkSession, startFlink } from '../../../e2e/servers/flink.ts';
import { FLINK_VERSIONS, type FlinkVersion } from '../../../e2e/servers/flink-home.ts';
import { loadByFlink } from '../../../e2e/servers/metadata-loader.ts';
import { inspectFlinkMetadata } from './inspect-metadata.ts';
import { flinkReads, type LoaderSays, takenCuts, weRead } from './loader-says.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-corpus-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const TABLES = [
  `CREATE TABLE src (k BIGINT, v BIGINT, t AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = 'RATE', 'fields.k.min' = '1', 'fields.k.max' = '900')`,
  `CREATE TABLE hole (k BIGINT, c BIGINT, s BIGINT) WITH ('connector' = 'blackhole')`,
];
const INSERT = 'INSERT INTO hole SELECT k, COUNT(*), SUM(v) FROM src GROUP BY k';
const FORMAT_OF: Readonly<Record<FlinkVersion, number>> = { '1.20.3': 4, '2.3.0': 6 };

/** What 1.20 takes from its cluster and not from a job. */
const CLUSTER: Readonly<Record<FlinkVersion, string>> = {
  '1.20.3': 'state.backend.incremental: true\nstate.storage.fs.memory-threshold: 0 b\n',
  '2.3.0': '',
};
const UNALIGNED = { 'execution.checkpointing.unaligned.enabled': 'true', 'execution.checkpointing.aligned-checkpoint-timeout': '0 s' };
const ROCKSDB = {
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.data-inline-threshold': '0 b',
};
/** Jobs by their settings; file merging is of 2.x's. */
const JOBS: readonly {
  readonly name: string;
  readonly rate: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly only?: FlinkVersion;
}[] = [
  { name: 'heap', rate: 500, settings: { 'state.backend.type': 'hashmap' } },
  { name: 'rocksdb', rate: 500, settings: ROCKSDB },
  { name: 'unaligned', rate: 1_000_000, settings: { ...UNALIGNED, 'state.backend.type': 'hashmap' } },
  { name: 'merged', rate: 500, settings: { ...ROCKSDB, 'execution.checkpointing.file-merging.enabled': 'true' }, only: '2.3.0' },
];

interface Outcome {
  readonly status: { readonly id: string };
  readonly operation?: {
    readonly location?: string;
    readonly checkpointId?: number;
    readonly 'failure-cause'?: { readonly 'stack-trace': string };
  };
}
interface History {
  readonly history: readonly {
    readonly id: number;
    readonly status: string;
    readonly external_path?: string;
    readonly is_savepoint: boolean;
  }[];
}

async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not come about within two minutes`);
}

/** Snapshots of one cluster, copied to where they stay: a job's checkpoints go with it. */
class Collection {
  readonly kept = new Map<string, string>();
  readonly #cluster: FlinkCluster;
  readonly #folder: string;
  constructor(cluster: FlinkCluster, folder: string) {
    this.#cluster = cluster;
    this.#folder = folder;
  }

  keep(name: string, place: string): void {
    const target = join(this.#folder, name);
    mkdirSync(target, { recursive: true });
    cpSync(join(place.replace(/^file:\/*/, '/'), '_metadata'), join(target, '_metadata'));
    this.kept.set(name, join(target, '_metadata'));
  }

  async #done(url: string): Promise<Outcome> {
    const outcome = await until(url, async () => {
      const answer = await call<Outcome>('GET', url);
      return answer.status.id === 'COMPLETED' ? answer : null;
    });
    const failure = outcome.operation?.['failure-cause'];
    if (failure) throw new Error(failure['stack-trace'].slice(0, 500));
    return outcome;
  }

  async checkpoint(job: string, name: string, type: 'FULL' | 'CONFIGURED'): Promise<void> {
    const base = `${this.#cluster.rest}/jobs/${job}/checkpoints`;
    const { 'request-id': id } = await call<{ 'request-id': string }>('POST', base, { checkpointType: type });
    const { operation } = await this.#done(`${base}/${id}`);
    const place = await until(`checkpoint ${operation?.checkpointId} of ${name}`, async () => {
      const { history } = await call<History>('GET', base);
      return history.find((one) => one.id === operation?.checkpointId && one.status === 'COMPLETED')?.external_path ?? null;
    });
    this.keep(name, place);
  }

  async savepoint(job: string, name: string, format: 'CANONICAL' | 'NATIVE', stop: 'no' | 'stop' | 'drain' = 'no'): Promise<void> {
    const target = join(this.#folder, 'made', name);
    const base = `${this.#cluster.rest}/jobs/${job}`;
    const asked =
      stop === 'no'
        ? call<{ 'request-id': string }>('POST', `${base}/savepoints`, {
            'target-directory': target,
            'cancel-job': false,
            formatType: format,
          })
        : call<{ 'request-id': string }>('POST', `${base}/stop`, { targetDirectory: target, drain: stop === 'drain', formatType: format });
    const { operation } = await this.#done(`${base}/savepoints/${(await asked)['request-id']}`);
    this.keep(name, operation?.location as string);
  }
}

async function begin(cluster: FlinkCluster, { rate, settings }: (typeof JOBS)[number]): Promise<string> {
  const session = await FlinkSession.open(cluster, {
    ...{ 'parallelism.default': '2', 'execution.checkpointing.interval': '1 h', 'execution.checkpointing.num-retained': '20' },
    ...settings,
  });
  for (const sql of TABLES) await session.run(sql.replace('RATE', String(rate)));
  const job = await session.insert(INSERT);
  await session.close();
  await until(`job ${job} runs`, async () => {
    const { vertices } = await call<{ vertices?: { status: string; metrics: { 'write-records': number } }[] }>(
      'GET',
      `${cluster.rest}/jobs/${job}`,
    );
    return vertices && vertices.length > 0 && vertices.every((one) => one.status === 'RUNNING') ? true : null;
  });
  return job;
}

async function collect(cluster: FlinkCluster, version: FlinkVersion, folder: string): Promise<ReadonlyMap<string, string>> {
  const all = new Collection(cluster, folder);
  for (const job of JOBS) {
    if (job.only !== undefined && job.only !== version) continue;
    const id = await begin(cluster, job);
    await all.checkpoint(id, `${job.name}-full`, 'FULL');
    await all.checkpoint(id, `${job.name}-second`, 'CONFIGURED');
    await all.savepoint(id, `${job.name}-canonical`, 'CANONICAL');
    await all.savepoint(id, `${job.name}-native`, 'NATIVE');
    await all.savepoint(id, `${job.name}-drained`, job.name === 'heap' ? 'CANONICAL' : 'NATIVE', job.name === 'merged' ? 'stop' : 'drain');
  }
  return all.kept;
}

describe.each(FLINK_VERSIONS)('metadata made by Flink %s', (version) => {
  it("is read as Flink's own loader reads it, and refused when cut", async () => {
    const folder = join(scratch, version);
    const cluster = await startFlink(join(folder, 'flink'), {
      version,
      taskManagerMemory: '1600m',
      slots: 2,
      configuration: CLUSTER[version],
    });
    let kept: ReadonlyMap<string, string>;
    try {
      kept = await collect(cluster, version, join(folder, 'kept'));
    } finally {
      await cluster.stop();
    }
    expect(kept.size).toBeGreaterThanOrEqual(15);
    const names = [...kept.keys()];
    const says = loadByFlink<LoaderSays | { readonly error: string }>(version, [...kept.values()]);
    expect(says).toHaveLength(names.length);
    for (const [index, name] of names.entries()) {
      const theirs = says[index] as LoaderSays;
      const bytes = readFileSync(kept.get(name) as string);
      expect([name, weRead(bytes)]).toEqual([name, flinkReads(theirs)]);
      expect([name, takenCuts(bytes)]).toEqual([name, []]);
      const found = inspectFlinkMetadata(bytes);
      if (found.kind === 'problem') throw new Error(found.reason);
      expect([name, found.version]).toEqual([name, FORMAT_OF[version]]);
      expect(found.operators.some((one) => one.bytes.managedKeyed > 0)).toBe(true);
    }
    const of = (name: string) => {
      const found = inspectFlinkMetadata(readFileSync(kept.get(name) as string));
      if (found.kind === 'problem') throw new Error(found.reason);
      return found;
    };
    expect(of('heap-drained').properties).toMatchObject({ format: 'CANONICAL', postAction: 'TERMINATE' });
    expect(of('rocksdb-drained').properties).toMatchObject({ format: 'NATIVE', postAction: 'TERMINATE' });
    expect(of('rocksdb-native').isSelfContained).toBe(true);
    expect(of('rocksdb-second').isSelfContained).toBe(false);
    expect([of('unaligned-full'), of('unaligned-second')].some((one) => one.hasInFlightRecords)).toBe(true);
  });

  it('is refused by both where a byte of its head is wrong', () => {
    const made = readFileSync(join(scratch, version, 'kept', 'heap-full', '_metadata'));
    const paths = [0, 4, 7, 20].map((at) => {
      const bytes = Buffer.from(made);
      bytes[at] = (bytes[at] as number) ^ 0x40;
      const folder = join(scratch, version, `wrong-${at}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '_metadata'), bytes);
      return join(folder, '_metadata');
    });
    const says = loadByFlink<{ readonly error?: string }>(version, paths);
    expect(says.map((one) => one.error !== undefined)).toEqual(paths.map(() => true));
    for (const path of paths) expect(inspectFlinkMetadata(readFileSync(path)).kind).toBe('problem');
  });
});
