/** The S3 store against a real server. Endpoint and keys come from the environment; without them the tests cannot run. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { objectKey } from './object-key.ts';
import { S3ObjectStore } from './s3-store.ts';
import { storeContractSuite } from './store-contract-suite.ts';

const options = {
  endpoint: required('TIDEMARK_TEST_S3_ENDPOINT'),
  region: 'us-east-1',
  accessKey: required('TIDEMARK_TEST_S3_ACCESS_KEY'),
  secretKey: required('TIDEMARK_TEST_S3_SECRET_KEY'),
  forcePathStyle: true,
};

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this test needs a real S3 server.`);
  return value;
}

storeContractSuite('S3', async () => {
  const bucket = `contract-${randomUUID().slice(0, 8)}`;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: true,
    credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const store = new S3ObjectStore(options);
  return { store, bucket, close: async () => store.close() };
});

describe('S3 store, refusals', () => {
  it('tells a missing bucket, a wrong key and a dead endpoint apart', async () => {
    const store = new S3ObjectStore(options);
    await expect(store.ensureBucket('no-such-bucket-here')).rejects.toMatchObject({ code: 'bucket-not-found' });
    await expect(store.put(objectKey('no-such-bucket-here', 'x'), new Uint8Array(1))).rejects.toMatchObject({ code: 'bucket-not-found' });
    const stranger = new S3ObjectStore({ ...options, secretKey: 'wrong' });
    await expect(stranger.listBuckets()).rejects.toMatchObject({ code: 'denied' });
    const nowhere = new S3ObjectStore({ ...options, endpoint: 'http://127.0.0.1:1' });
    await expect(nowhere.listBuckets()).rejects.toMatchObject({ code: 'unreachable' });
    for (const each of [store, stranger, nowhere]) each.close();
  });
});
