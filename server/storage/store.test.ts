import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalObjectStore } from './local-store.ts';
import { MemoryObjectStore } from './memory-store.ts';
import { objectKey, parseObjectUri } from './object-key.ts';
import { storeContractSuite } from './store-contract-suite.ts';

storeContractSuite('memory', async () => ({ store: new MemoryObjectStore(), bucket: 'contract', close: async () => {} }));

storeContractSuite('local folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tidemark-store-'));
  return { store: new LocalObjectStore(join(root, 'objects')), bucket: 'contract', close: () => rm(root, { recursive: true }) };
});

describe('local folder', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'tidemark-store-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('leaves no staged file behind after puts, lost races and uploads', async () => {
    const store = new LocalObjectStore(root);
    const ref = objectKey('bucket', 'a/b');
    await store.put(ref, new Uint8Array(3));
    await store.putIfAbsent(ref, new Uint8Array(4));
    const upload = await store.putPart(await store.startMultipart(objectKey('bucket', 'c')), new Uint8Array(5));
    await store.completeMultipart(upload);
    await store.abortMultipart(await store.startMultipart(objectKey('bucket', 'd')));
    expect(await readdir(join(root, '.staging'))).toEqual([]);
    expect(await store.listBuckets()).toEqual(['bucket']);
  });

  it('follows no link out of its folder and lists none', async () => {
    const store = new LocalObjectStore(root);
    await writeFile(join(root, 'secret'), 'secret');
    await mkdir(join(root, 'bucket'));
    await symlink(join(root, 'secret'), join(root, 'bucket', 'link'));
    await expect(store.get(objectKey('bucket', 'link'))).rejects.toMatchObject({ code: 'denied' });
    expect(await store.head(objectKey('bucket', 'link'))).toBeNull();
    expect((await store.list('bucket', '')).objects).toEqual([]);
  });

  it('says so when a folder of the key is an object', async () => {
    const store = new LocalObjectStore(root);
    await store.put(objectKey('bucket', 'a'), new Uint8Array(1));
    await expect(store.put(objectKey('bucket', 'a/b'), new Uint8Array(1))).rejects.toMatchObject({ code: 'conflict' });
    await store.put(objectKey('bucket', 'x/y'), new Uint8Array(1));
    await expect(store.put(objectKey('bucket', 'x'), new Uint8Array(1))).rejects.toMatchObject({ code: 'conflict' });
    expect(await readdir(join(root, '.staging'))).toEqual([]);
  });
});

describe('object addresses', () => {
  it('reads the spellings of OBS, S3 and DLI', () => {
    expect(parseObjectUri('obs://my-bucket/jobs/x/')).toEqual({ kind: 'object', bucket: 'my-bucket', key: 'jobs/x' });
    expect(parseObjectUri('s3a://my-bucket')).toEqual({ kind: 'object', bucket: 'my-bucket', key: '' });
    expect(parseObjectUri('my-bucket/jobs/checkpoint')).toEqual({ kind: 'object', bucket: 'my-bucket', key: 'jobs/checkpoint' });
  });
  it.each(['hdfs://x/y', 'obs:///x', 'obs://My_Bucket/x', 'obs://bucket/../x', '/absolute', 'ab', ''])('refuses %j', (text) => {
    expect(parseObjectUri(text).kind).toBe('invalid');
  });
});
