import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MemoryObjectStore } from '../../storage/memory-store.ts';
import { subfolder } from '../checkpoint/snapshot-folder.ts';
import { createLocator } from './locate-folder.ts';

test('addresses of the object store keep their scheme', async () => {
  const store = new MemoryObjectStore();
  const folder = await createLocator(store)('s3://bucket/jobs/checkpoint/');
  expect(folder).toEqual({ store, bucket: 'bucket', prefix: 'jobs/checkpoint/', uri: 's3://bucket/jobs/checkpoint' });
  await expect(createLocator(store)('obs://Bad_Bucket/x')).rejects.toThrow('bucket name');
});

test('what is written below a path is found again by the URI of any folder below it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'Locate.Folder-'));
  try {
    const locate = createLocator(new MemoryObjectStore());
    const folder = subfolder(await locate(join(root, '0123abcd')), '2026-01-02_03-04-05');
    await folder.store.ensureBucket(folder.bucket);
    await folder.store.put({ bucket: folder.bucket, key: `${folder.prefix}_metadata` }, Buffer.from('x'));
    expect(await readFile(join(root, '0123abcd', '2026-01-02_03-04-05', '_metadata'), 'utf8')).toBe('x');
    const again = await locate(folder.uri);
    expect(Buffer.from(await again.store.get({ bucket: again.bucket, key: `${again.prefix}_metadata` })).toString()).toBe('x');
  } finally {
    await rm(root, { recursive: true });
  }
});
