/**
 * A zombie: the process of a job is stopped (SIGSTOP) in the middle of a request to the store, a successor of a higher generation takes over from the
 * newest published snapshot, and then the sleeper wakes and its request goes through after all. It must end fenced, and no record may be shown twice
 * or be lost.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSpec } from '../../server/engine/runtime/wire.ts';
import { type S3Server, startS3 } from '../servers/s3.ts';
import { checkChanges, checkEach, checkWindows } from './checker/sequence.ts';
import { EngineProcess } from './engine-process.ts';
import { BUCKET, GROUPS, KEYS, readChanges, readEach, readWindows, s3Client, sequenceSql, WINDOW_RECORDS } from './sequence-job.ts';
import { type Phase, StoreProxy } from './store-proxy.ts';

let scratch: string;
let s3: S3Server;
let proxy: StoreProxy;
let endpoint: string;
const processes: EngineProcess[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-zombie-'));
  s3 = await startS3({ folder: scratch });
  const client = s3Client(s3);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  proxy = new StoreProxy(s3.port);
  endpoint = await proxy.listen();
});

afterAll(async () => {
  await Promise.all(processes.map((one) => one.end()));
  await proxy?.close();
  await s3?.kill();
  rmSync(scratch, { recursive: true, force: true });
});

function specOf(folder: string, generation: number, restoreFrom: string | null): RunSpec {
  return {
    jobId: '1',
    jobName: folder,
    runId: `run-${generation}`,
    generation,
    sql: sequenceSql({ source: { kind: 'datagen', perSecond: 500 }, folder, postgres: null }),
    settings: {},
    parallelism: 1,
    checkpoint: {
      isEnabled: true,
      intervalMs: 200,
      mode: 'exactly-once',
      timeoutMs: 60_000,
      retained: Number.MAX_SAFE_INTEGER,
      directory: `obs://${BUCKET}/snapshots/${folder}`,
    },
    savepointDirectory: `obs://${BUCKET}/savepoints/${folder}`,
    restoreFrom,
    allowNonRestoredState: false,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 512 * 1024 ** 2,
    timeZone: 'UTC',
    store: { kind: 's3', endpoint, region: 'us-east-1', accessKey: s3.accessKey, secretKey: s3.secretKey, forcePathStyle: true },
    allowPrivateAddresses: true,
    allowLocalFiles: false,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
}

function begin(spec: RunSpec): EngineProcess {
  const one = new EngineProcess(spec);
  processes.push(one);
  return one;
}

/** As a supervisor chooses: the published snapshot of the highest number. */
async function newestSnapshot(folder: string): Promise<string> {
  const client = s3Client(s3);
  const prefix = `snapshots/${folder}/`;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  client.destroy();
  const numbers = Contents.flatMap(({ Key }) => /chk-(\d+)\/_metadata$/.exec(Key ?? '')?.[1] ?? []).map(Number);
  return `obs://${BUCKET}/${prefix}chk-${Math.max(...numbers)}`;
}

describe('a process that wakes after its successor has begun', () => {
  const phases: readonly Phase[] = ['barrier', 'upload', 'publish', 'commit'];
  it.each(phases)('stopped inside %s', async (phase) => {
    const folder = `zombie-${phase}`;
    const sleeper = begin(specOf(folder, 1, null));
    await sleeper.until('two checkpoints', () => sleeper.of('checkpoint-completed').length >= 2);
    let wake = () => {};
    const asleep = new Promise<boolean>((resolve) => {
      wake = () => resolve(false);
    });
    const stop = () => {
      sleeper.signal('SIGSTOP');
      return asleep;
    };
    await proxy.trap(phase, 'before', 0, stop, 30_000);
    const known = sleeper.of('checkpoint-completed').length;

    const successor = begin(specOf(folder, 2, await newestSnapshot(folder)));
    await successor.until('three checkpoints of the successor', () => successor.of('checkpoint-completed').length >= 3);
    sleeper.signal('SIGCONT');
    wake();
    await sleeper.until('the sleeper ends', () => sleeper.of('failed').length > 0);
    expect(sleeper.of('failed')[0]?.failure).toMatchObject({ causeKey: 'fenced', isRetryable: false });
    // What it had published before it slept it may still tell; nothing new.
    expect(sleeper.of('checkpoint-completed').length).toBeLessThanOrEqual(known + (phase === 'commit' ? 1 : 0));

    const before = successor.of('checkpoint-completed').length;
    await successor.until('the successor goes on', () => successor.of('checkpoint-completed').length >= before + 2);
    successor.order({ type: 'stop', requestId: 'end', mode: 'drain', directory: null });
    await successor.until('the drain', () => successor.of('stopped').length > 0);
    const last = successor.of('checkpoint-completed').at(-1);
    const count = Number(Object.values(last?.summary.sources[0]?.splits[0]?.position ?? {})[0]);
    const shape = { count, keys: KEYS, groups: GROUPS, windowRecords: WINDOW_RECORDS };
    expect(count).toBeGreaterThan(500);
    expect(checkEach(shape, await readEach(s3, folder))).toEqual([]);
    expect(checkWindows(shape, await readWindows(s3, folder))).toEqual([]);
    expect(checkChanges(shape, await readChanges(s3, folder))).toEqual([]);
  });
});
