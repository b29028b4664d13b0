import { expect, it } from 'vitest';
import { BatchBuilder } from '../../types/batch-builder.ts';
import type { RuntimeContext } from '../contract.ts';
import type { FileAccess } from './file-access.ts';
import { FileReader } from './reader.ts';

const PATH = '/in/a.jsonl';

it('a reader that is closed while it reads ahead lets go of the file only when that read has ended', async () => {
  const done: string[] = [];
  let answer: (bytes: Uint8Array) => void = () => {};
  const files: FileAccess = {
    list: async () => [{ path: PATH, relative: 'a.jsonl', size: 10, modifiedMs: 0 }],
    read: () =>
      new Promise((resolve) => {
        answer = (bytes) => {
          done.push('read');
          resolve(bytes);
        };
      }),
    release: async (path) => void done.push(`released ${path}`),
  };
  const spec = {
    files,
    decoder: { decode: () => {}, finish: () => {} },
    builder: new BatchBuilder([]),
    output: [],
    monitorIntervalMs: null,
    pathPattern: null,
    defaultPartition: '',
  };
  const context = { subtask: 0, parallelism: 1, clock: { nowMs: () => 0, monotonicMs: () => 0 } };
  const reader = new FileReader(spec as unknown as ConstructorParameters<typeof FileReader>[0], context as unknown as RuntimeContext);
  await reader.open(null);
  void reader.poll(10).catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  const closed = reader.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([]);
  answer(new Uint8Array(0));
  await closed;
  expect(done).toEqual(['read', `released ${PATH}`]);
});
