/** Trouble with the bucket: not there, refused keys, out of reach, full. A start says so before anything runs; a running job goes on and keeps what it has. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Server, startS3 } from '../servers/s3.ts';
import { COUNTING_SQL, factsOf, OFTEN, type Product, snapshotsOf, startProduct, until } from './fixture.ts';
import { StoreGate } from './store-gate.ts';

let scratch: string;
let s3: S3Server;
let gate: StoreGate;
let endpoint: string;
let product: Product;

function environment(secretKey: string): Record<string, string> {
  return {
    TIDEMARK_OBJECT_STORE: 's3://tidemark',
    TIDEMARK_S3_ENDPOINT: endpoint,
    TIDEMARK_S3_ACCESS_KEY: s3.accessKey,
    TIDEMARK_S3_SECRET_KEY: secretKey,
    TIDEMARK_S3_FORCE_PATH_STYLE: '1',
  };
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-refusal-s3-'));
  s3 = await startS3({ folder: scratch });
  gate = new StoreGate(s3.port);
  endpoint = await gate.listen();
  const credentials = { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey };
  const client = new S3Client({ endpoint: s3.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'tidemark' }));
  client.destroy();
  product = await startProduct(environment(s3.secretKey));
}, 400_000);

afterAll(async () => {
  await product?.close();
  gate?.close();
  await s3?.kill();
  rmSync(scratch, { recursive: true, force: true });
});

/** A start that is refused with this message and changes nothing. */
async function expectRefused(api: Product['api'], name: string, options: Record<string, unknown>, message: RegExp, sql = COUNTING_SQL) {
  const job = await api.createJob(name, sql, options);
  const before = await factsOf(api, job.id);
  const [refused] = await api.start(job.id);
  expect(refused).toMatchObject({ outcome: 'refused', message: expect.stringMatching(message) });
  expect(await factsOf(api, job.id)).toEqual(before);
  expect(before).toMatchObject({ status: 'job_init', desired: 'stopped', runs: [], ledger: [] });
}

describe('a start', () => {
  it('into a bucket that does not exist', async () => {
    await expectRefused(
      product.api,
      'no-bucket',
      { bucket: 'obs://not-there' },
      /^Snapshots cannot be stored: Bucket not-there does not exist in the object store at http:.*; create it or name another one\. Nothing was started\.$/,
    );
  });

  it('of a table in a bucket that does not exist', async () => {
    const sql = COUNTING_SQL.replace(
      "'connector' = 'blackhole'",
      "'connector' = 'filesystem', 'path' = 'obs://not-there/out', 'format' = 'debezium-json'",
    );
    await expectRefused(
      product.api,
      'no-table-bucket',
      {},
      /^Table nowhere: Bucket not-there does not exist in the object store at http:.*; create it or name another one\. Nothing was started\.$/,
      sql,
    );
  });

  it('while the store is out of reach', async () => {
    gate.state = 'closed';
    try {
      await expectRefused(
        product.api,
        'out-of-reach',
        {},
        /^Snapshots cannot be stored: the object store at http:.* cannot be reached \(ECONNRESET\); check the endpoint and the network\. Nothing was started\.$/,
      );
    } finally {
      gate.state = 'open';
    }
  });

  it('with keys that the store refuses', async () => {
    const stranger = await startProduct(environment('not-the-secret-key'));
    try {
      await expectRefused(
        stranger.api,
        'wrong-keys',
        {},
        /^Snapshots cannot be stored: Bucket tidemark: the object store at http:.* refused the access key; check the key, its rights and the region\. Nothing was started\.$/,
      );
    } finally {
      await stranger.close();
    }
  });
});

describe('a running job', () => {
  it('goes on while the store is full: checkpoints fail and say why, the newest stays, a stop with savepoint is refused', async () => {
    const { api } = product;
    const job = await api.createJob('full-store', COUNTING_SQL, OFTEN);
    await api.start(job.id);
    await api.waitFor(job.id, ['job_running']);
    await until(
      'a checkpoint',
      () => snapshotsOf(api, job.id),
      (all) => all.length > 0,
    );
    gate.state = 'full';
    try {
      const events = () =>
        api
          .call<{ items: { kind: string; message: string }[] }>('GET', `/jobs/${job.id}/events?page=1&pageSize=50`)
          .then((page) => page.items);
      const failed = await until('a failed checkpoint', events, (all) => all.some((event) => event.kind === 'checkpoint-failed'));
      expect(failed.find((event) => event.kind === 'checkpoint-failed')?.message).toMatch(
        /^Checkpoint \d+ failed: its (?:parts|manifest) could not be stored: Object tidemark\/jobs\/checkpoint\/.* cannot be written: the object store at http:.* has no room left\.$/,
      );
      const kept = await snapshotsOf(api, job.id);
      await api.stop(job.id, 'savepoint');
      const refused = await api.waitFor(job.id, ['job_cancel_fail']);
      expect(refused.statusMessage).toMatch(/^Still running\. The savepoint failed: .* has no room left\. The job goes on\.$/);
      const facts = await factsOf(api, job.id);
      expect(facts).toMatchObject({ desired: 'running', runs: [1], snapshots: kept.map((one) => one.path) });
      gate.state = 'open';
      await until(
        'checkpoints again',
        () => snapshotsOf(api, job.id),
        (all) => all[0]?.id !== kept[0]?.id,
      );
      expect((await factsOf(api, job.id)).runs).toEqual([1]);
    } finally {
      gate.state = 'open';
    }
    await api.stop(job.id, 'savepoint');
    await api.waitFor(job.id, ['job_cancel_success']);
  });
});
