/** What every object store must do, as tests: run against memory, a local folder and a real S3 server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MultipartUpload, ObjectStore, StoreError } from './contract.ts';
import { objectKey } from './object-key.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: StoreError) => error.code ?? String(error),
  );
const PART_BYTES = 5 * 1024 * 1024;

export function storeContractSuite(
  name: string,
  open: () => Promise<{ store: ObjectStore; bucket: string; close(): Promise<void> }>,
): void {
  describe(`object store contract: ${name}`, () => {
    let store: ObjectStore;
    let bucket: string;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, bucket, close } = await open());
    });
    afterAll(() => close());

    it('gives back what was put, whole and in ranges, and the newest of two puts', async () => {
      const ref = objectKey(bucket, 'a/b/object');
      await store.put(ref, bytes('first'));
      await store.put(ref, bytes('0123456789'));
      expect(text(await store.get(ref))).toBe('0123456789');
      expect(text(await store.get(ref, { start: 2, end: 5 }))).toBe('234');
      expect(text(await store.get(ref, { start: 8, end: 50 }))).toBe('89');
      expect(text(await store.get(ref, { start: 10, end: 20 }))).toBe('');
      expect(await store.head(ref)).toMatchObject({ key: 'a/b/object', size: 10 });
    });

    it('keeps bytes of any size as they are, none included', async () => {
      const big = new Uint8Array(300_000).map((_, i) => (i * 31) & 255);
      await store.put(objectKey(bucket, 'sizes/big'), big);
      await store.put(objectKey(bucket, 'sizes/empty'), new Uint8Array(0));
      expect(Buffer.compare(await store.get(objectKey(bucket, 'sizes/big')), big)).toBe(0);
      expect(await store.get(objectKey(bucket, 'sizes/empty'))).toHaveLength(0);
    });

    it('says what is not there, and deletes silently', async () => {
      const ref = objectKey(bucket, 'gone/object');
      expect(await store.head(ref)).toBeNull();
      expect(await codeOf(store.get(ref))).toBe('not-found');
      await store.delete(ref);
      await store.put(ref, bytes('x'));
      expect(await codeOf(store.get(objectKey(bucket, 'gone/object/below')))).toBe('not-found');
      await store.delete(ref);
      await store.delete(ref);
      expect(await store.head(ref)).toBeNull();
    });

    it('lists in the order of key bytes, page by page, without losing or repeating a key', async () => {
      const keys = ['l/a-b/1', 'l/a/2', 'l/a.txt', 'l/a/1', 'l/é', 'l/z', 'l/a0', 'l/a/b/c'];
      for (const key of keys) await store.put(objectKey(bucket, key), bytes(key));
      const sorted = keys.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      expect((await store.list(bucket, 'l/')).objects.map((o) => o.key)).toEqual(sorted);
      expect((await store.list(bucket, 'l/a/')).objects.map((o) => o.key)).toEqual(['l/a/1', 'l/a/2', 'l/a/b/c']);
      expect((await store.list(bucket, 'l/a')).objects).toHaveLength(6);
      const paged: string[] = [];
      for (let token: string | null = null, pages = 0; pages < 20; pages++) {
        const page = await store.list(bucket, 'l/', token === null ? { limit: 3 } : { limit: 3, token });
        expect(page.objects.length).toBeLessThanOrEqual(3);
        paged.push(...page.objects.map((o) => o.key));
        token = page.nextToken;
        if (token === null) break;
      }
      expect(paged).toEqual(sorted);
    });

    it('lists one level with a delimiter, page by page', async () => {
      for (const key of ['d/x/1', 'd/x/2', 'd/y/z/1', 'd/file', 'd/x-file']) await store.put(objectKey(bucket, key), bytes('1'));
      const page = await store.list(bucket, 'd/', { delimiter: '/' });
      expect(page.prefixes.toSorted()).toEqual(['d/x/', 'd/y/']);
      expect(page.objects.map((o) => o.key)).toEqual(['d/file', 'd/x-file']);
      const names: string[] = [];
      for (let token: string | null = null, pages = 0; pages < 20; pages++) {
        const part = await store.list(bucket, 'd/', token === null ? { delimiter: '/', limit: 1 } : { delimiter: '/', limit: 1, token });
        names.push(...part.objects.map((o) => o.key), ...part.prefixes);
        token = part.nextToken;
        if (token === null) break;
      }
      expect(names.toSorted()).toEqual(['d/file', 'd/x-file', 'd/x/', 'd/y/']);
    });

    it('lets exactly one of many creators win, where it has conditional create', async () => {
      const there = objectKey(bucket, 'race/there');
      await store.put(there, bytes('there'));
      await store.probeConditionalCreate?.(there, bytes('there'));
      if (!store.hasConditionalCreate) return;
      const ref = objectKey(bucket, 'race/one');
      const won = await Promise.all(Array.from({ length: 8 }, (_, i) => store.putIfAbsent(ref, bytes(`writer ${i}`))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(text(await store.get(ref))).toBe(`writer ${won.indexOf(true)}`);
      expect(await store.putIfAbsent(ref, bytes('late'))).toBe(false);
    });

    it('shows an upload in parts only when it is complete, and completes it twice', async () => {
      const ref = objectKey(bucket, 'parts/object');
      let upload = await store.startMultipart(ref);
      const first = new Uint8Array(PART_BYTES).fill(1);
      upload = await store.putPart(upload, first);
      upload = await store.putPart(upload, bytes('end'));
      expect(await store.head(ref)).toBeNull();
      expect((await store.list(bucket, 'parts/')).objects).toEqual([]);
      const restored = JSON.parse(JSON.stringify(upload));
      await store.completeMultipart(restored);
      await store.completeMultipart(restored);
      expect(await store.head(ref)).toMatchObject({ size: PART_BYTES + 3 });
      expect(text(await store.get(ref, { start: PART_BYTES, end: PART_BYTES + 3 }))).toBe('end');
    });

    it('refuses to complete what was aborted, and aborts twice', async () => {
      const ref = objectKey(bucket, 'parts/aborted');
      const upload = await store.putPart(await store.startMultipart(ref), bytes('data'));
      await store.abortMultipart(upload);
      await store.abortMultipart(upload);
      expect(await codeOf(store.completeMultipart(upload))).toBe('not-found');
      await store.put(ref, bytes('another object'));
      expect(await codeOf(store.completeMultipart(upload))).toBe('not-found');
    });

    it('lists uploads that are neither complete nor aborted, below the prefix alone', async () => {
      const begun: MultipartUpload[] = [];
      for (const name of ['open/a/1', 'open/a/1', 'open/b', 'opened', 'open/done', 'open/gone'])
        begun.push(await store.putPart(await store.startMultipart(objectKey(bucket, name)), bytes(name)));
      await store.completeMultipart(begun[4] as MultipartUpload);
      await store.abortMultipart(begun[5] as MultipartUpload);
      const listed = await store.listMultipart(bucket, 'open/');
      const ids = (uploads: readonly MultipartUpload[]) => uploads.map((upload) => `${upload.ref.key} ${upload.id}`).sort();
      expect(ids(listed)).toEqual(ids(begun.slice(0, 3)));
      for (const upload of listed) await store.abortMultipart(upload);
      expect(await store.listMultipart(bucket, 'open/')).toEqual([]);
      expect(await codeOf(store.completeMultipart(begun[0] as MultipartUpload))).toBe('not-found');
      await store.completeMultipart(begun[3] as MultipartUpload);
    });

    it('refuses malformed keys before it does anything', async () => {
      for (const key of ['../x', '/x', 'a//b', 'a/./b', 'a\\b', 'a\nb', '', 'x'.repeat(1025)]) {
        expect(await codeOf(store.put({ bucket, key }, bytes('x')))).toBe('invalid-key');
        expect(await codeOf(store.get({ bucket, key }))).toBe('invalid-key');
      }
      expect(await codeOf(store.list(bucket, '../'))).toBe('invalid-key');
      expect(await codeOf(store.put({ bucket: 'No/Bucket', key: 'x' }, bytes('x')))).toBe('invalid-key');
    });

    it('names its buckets', async () => {
      await store.ensureBucket(bucket);
      expect(await store.listBuckets()).toContain(bucket);
    });
  });
}
