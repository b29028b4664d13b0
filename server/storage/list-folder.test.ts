/** A file system that does not tell what its entries are: Node asks for each, and one that goes away meanwhile must not hide the others. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { listFolder } from './list-folder.ts';

let isGoing = false;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    readdir: async (...args: Parameters<typeof real.readdir>) => {
      if (isGoing) {
        isGoing = false;
        throw Object.assign(new Error('ENOENT: no such file or directory, lstat'), { code: 'ENOENT', syscall: 'lstat' });
      }
      return real.readdir(...args);
    },
  };
});

it('lists the others when an entry goes away while the folder is read', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tidemark-list-'));
  await writeFile(join(root, 'kept'), 'x');
  isGoing = true;
  const page = await listFolder(root, '', { isDeep: true, after: null, limit: 10 });
  expect(page.objects.map(({ key }) => key)).toEqual(['kept']);
  await rm(root, { recursive: true });
});
