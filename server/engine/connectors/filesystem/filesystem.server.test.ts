/** The filesystem connector over a real S3 server: large parts, commit twice, commit of an aborted upload, read back. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3ObjectStore } from '../../../storage/s3-store.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import type { Committable, RuntimeContext, SinkOwner, SinkWriter, SourceReader } from '../contract.ts';
import { filesystemConnector } from './connector.ts';

const SCHEMA: RowSchema = [
  { name: 'id', type: { kind: 'INT', nullable: true } },
  { name: 'text', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
];
const ROWS = 20_000;
const bucket = `files-${randomUUID().slice(0, 8)}`;

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this test needs a real S3 server.`);
  return value;
}

const options = {
  endpoint: required('TIDEMARK_TEST_S3_ENDPOINT'),
  region: 'us-east-1',
  accessKey: required('TIDEMARK_TEST_S3_ACCESS_KEY'),
  secretKey: required('TIDEMARK_TEST_S3_SECRET_KEY'),
  forcePathStyle: true,
};
let store: S3ObjectStore;

beforeAll(async () => {
  const { endpoint, region, forcePathStyle, accessKey: accessKeyId, secretKey: secretAccessKey } = options;
  const client = new S3Client({ endpoint, region, forcePathStyle, credentials: { accessKeyId, secretAccessKey } });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  store = new S3ObjectStore(options);
});
afterAll(() => store.close());

function context(attempt: string, owner?: SinkOwner): RuntimeContext {
  const refuse = (): Promise<never> => Promise.reject(new Error('not used'));
  return {
    subtask: 0,
    parallelism: 1,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    dialer: { connect: refuse, resolve: refuse },
    store,
    timeZone: 'UTC',
    allowLocalFiles: false,
    jobPrefix: 'tm-test',
    attempt,
    ...(owner ? { owner } : {}),
    log: () => {},
    print: () => {},
  };
}

function table(): PlanTable {
  const tableOptions = { connector: 'filesystem', path: `obs://${bucket}/out`, format: 'json' };
  return { name: 't', connector: 'filesystem', options: tableOptions, physical: SCHEMA, metadata: [], primaryKey: [], partitionKeys: [] };
}

async function write(
  attempt: string,
  rows: number,
  owner?: SinkOwner,
): Promise<{ sink: SinkWriter; committables: readonly Committable[] }> {
  const sink = filesystemConnector.createWriter?.(table(), SCHEMA, context(attempt, owner)) as SinkWriter;
  const builder = new BatchBuilder(SCHEMA, 1000);
  for (let id = 0; id < rows; ) {
    builder.reset();
    for (; id < rows && !builder.isFull; id++) {
      builder.setNumber(0, id);
      builder.setText(1, 'x'.repeat(1000));
      builder.endRow();
    }
    sink.write(builder.finish());
    await sink.ready();
  }
  return { sink, committables: JSON.parse(JSON.stringify(await sink.prepare(1))) };
}

async function idsSeen(): Promise<number[]> {
  const reads = SCHEMA.slice(0, 1).map((field) => ({ path: [field.name], type: field.type }));
  const source = filesystemConnector.createReader?.(table(), reads, context('reader')) as SourceReader;
  await source.open(null);
  const ids: number[] = [];
  for (;;) {
    const result = await source.poll(2048);
    if (result.kind !== 'batch') break;
    const [column] = result.batch.columns;
    if (column?.lane === 'i32') ids.push(...column.values.subarray(0, result.batch.rows));
  }
  await source.close();
  return ids;
}

describe('filesystem connector over S3', () => {
  it('shows 20 MB of rows once, after commit, also when commit is repeated by a restored job', async () => {
    const { sink, committables } = await write('a1', ROWS);
    await expect(idsSeen()).rejects.toThrow(/There is no file below/);
    await sink.close();
    const restored = filesystemConnector.createWriter?.(table(), SCHEMA, context('a2')) as SinkWriter;
    await restored.commit(committables);
    await restored.commit(committables);
    expect(await idsSeen()).toEqual(Array.from({ length: ROWS }, (_, id) => id));
  });

  it('refuses to commit an upload that was taken away', async () => {
    const { sink, committables } = await write('a3', 10);
    await store.abortMultipart((committables[0] as Committable).data.upload as never);
    await expect(sink.commit(committables)).rejects.toThrow(/is gone/);
    expect(await idsSeen()).toHaveLength(ROWS);
  });

  it('takes away the uploads of fenced attempts of the same sink, but for what a snapshot names', async () => {
    const owner = (generation: number, id = 'ab12') => ({ id, generation });
    const uploads = async () => (await store.listMultipart(bucket, 'out/')).map((upload) => upload.id).sort();
    const idOf = ({ committables }: { committables: readonly Committable[] }) =>
      ((committables[0] as Committable).data.upload as { id: string }).id;
    const before = await uploads();
    const [killed, named, foreign, later] = [
      await write('b1', 10, owner(1)),
      await write('b2', 10, owner(2)),
      await write('b3', 10, owner(1, 'cd34')),
      await write('b4', 10, owner(3)),
    ];
    expect(await uploads()).toEqual([...before, ...[killed, named, foreign, later].map(idOf)].sort());
    expect(await later.sink.removeAbandoned?.(3, async () => named.committables)).toBe(1);
    expect(await uploads()).toEqual([...before, ...[named, foreign, later].map(idOf)].sort());
    await expect(killed.sink.commit(killed.committables)).rejects.toThrow(/is gone/);
    await named.sink.commit(named.committables);
    await later.sink.commit(later.committables);
    expect(await later.sink.removeAbandoned?.(3, async () => [])).toBe(0);
    expect(await uploads()).toEqual([...before, idOf(foreign)].sort());
  });
});
