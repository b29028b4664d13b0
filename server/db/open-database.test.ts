/** The database under the console: commits that last, two processes on one file, migrations, the lock of the data directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project-root.ts';
import { applySqliteMigrations, DatabaseError } from './apply-migrations.ts';
import { lockDataDirectory } from './lock-data-directory.ts';
import { openDatabase } from './open-database.ts';
import { openSqliteFile } from './sqlite-client.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-db-'));
});
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

const migrations = join(projectRoot(), 'prisma', 'migrations', 'sqlite');

/** Runs code in another process; resolves with its first line of output, while the process goes on. */
async function elsewhere(code: string): Promise<{ line: string; kill(): Promise<void> }> {
  const file = join(folder, `other-${Math.random().toString(36).slice(2)}.mts`);
  writeFileSync(file, code);
  const child = spawn(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: projectRoot(),
  });
  children.add(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    line: chunk.toString().trim(),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('database', () => {
  it('syncs every commit, checks references, and keeps 64-bit sizes and times exactly', async () => {
    const opened = await openDatabase({ dataDir: folder, databaseUrl: null });
    const { client } = opened;
    expect(await client.$queryRawUnsafe('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await client.$queryRawUnsafe('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    await expect(client.tag.create({ data: { jobId: 1, key: 'a', value: 'b' } })).rejects.toMatchObject({ code: 'P2003' });
    const at = new Date(Date.UTC(2026, 10, 24, 20, 41, 7, 123));
    await client.project.create({ data: { id: 'p', name: 'p', createdAt: at } });
    expect((await client.project.findMany({ where: { createdAt: { lte: at, gte: at } } }))[0]?.createdAt).toEqual(at);
    await expect(client.project.create({ data: { id: 'q', name: 'p' } })).rejects.toMatchObject({ code: 'P2002' });
    await opened.close();
  });

  it('lets two processes write by turns, without a lost update', async () => {
    const opened = await openDatabase({ dataDir: folder, databaseUrl: null });
    const { client } = opened;
    await client.setting.create({ data: { key: 'n', valueJson: '0' } });
    const add = `for (let i = 0; i < 60; i++) await client.$transaction(async (tx) => {
      const row = await tx.setting.findUniqueOrThrow({ where: { key: 'n' } });
      await tx.setting.update({ where: { key: 'n' }, data: { valueJson: String(Number(row.valueJson) + 1) } });
    });`;
    const other = elsewhere(`import { openDatabase } from ${JSON.stringify(join(projectRoot(), 'server/db/open-database.ts'))};
      const { client } = await openDatabase({ dataDir: ${JSON.stringify(folder)}, databaseUrl: null });
      ${add}
      console.log('done'); setInterval(() => {}, 1000);`);
    for (let i = 0; i < 60; i++) {
      await client.$transaction(async (tx) => {
        const row = await tx.setting.findUniqueOrThrow({ where: { key: 'n' } });
        await tx.setting.update({ where: { key: 'n' }, data: { valueJson: String(Number(row.valueJson) + 1) } });
      });
    }
    const { line, kill } = await other;
    await kill();
    expect(line).toBe('done');
    expect((await client.setting.findUniqueOrThrow({ where: { key: 'n' } })).valueJson).toBe('120');
    await opened.close();
  });

  it('waits for the transaction of another process without standing still', async () => {
    const opened = await openDatabase({ dataDir: folder, databaseUrl: null });
    const { client } = opened;
    const other = await elsewhere(`import { DatabaseSync } from 'node:sqlite';
      const database = new DatabaseSync(${JSON.stringify(join(folder, 'tidemark.db'))});
      database.exec('BEGIN IMMEDIATE');
      console.log('begun'); setInterval(() => {}, 1000);`);
    expect(other.line).toBe('begun');
    const order: string[] = [];
    const writing = [
      client.$transaction(async (tx) => tx.setting.create({ data: { key: 'a', valueJson: '1' } })),
      client.setting.create({ data: { key: 'b', valueJson: '1' } }),
    ].map((one) => one.then(() => order.push('written')));
    // Only a process that goes on can end the other one.
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('went on');
    await other.kill();
    await Promise.all(writing);
    expect(order).toEqual(['went on', 'written', 'written']);
    expect(await client.setting.count()).toBe(2);
    await opened.close();
  });

  it('rolls back a transaction that fails, and goes on', async () => {
    const opened = await openDatabase({ dataDir: folder, databaseUrl: null });
    const failing = opened.client.$transaction(async (tx) => {
      await tx.setting.create({ data: { key: 'a', valueJson: '1' } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await opened.client.setting.count()).toBe(0);
    await opened.client.setting.create({ data: { key: 'b', valueJson: '1' } });
    await opened.close();
  });
});

describe('migrations', () => {
  it('apply once, in one transaction, and are recorded as Prisma does', () => {
    const database = openSqliteFile(join(folder, 'a.db'));
    const first = applySqliteMigrations(database, migrations);
    expect(first.length).toBeGreaterThan(0);
    expect(applySqliteMigrations(database, migrations)).toEqual([]);
    database.close();
  });

  it('leave everything as it was when one of them fails', () => {
    const own = join(folder, 'migrations');
    cpSync(migrations, own, { recursive: true });
    mkdirSync(join(own, '99999999999999_broken'));
    writeFileSync(
      join(own, '99999999999999_broken', 'migration.sql'),
      'CREATE TABLE "New" ("id" TEXT); SELECT nothing_of_this FROM nowhere;',
    );
    const database = openSqliteFile(join(folder, 'b.db'));
    expect(() => applySqliteMigrations(database, own)).toThrow('nowhere');
    expect(database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table'").get()).toEqual({ n: 0 });
    database.close();
  });

  it('refuse a database of a newer version, and a changed migration', () => {
    const file = join(folder, 'c.db');
    applyAll(file);
    const database = new DatabaseSync(file);
    database.exec("INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('1', 'x', '99990101000000_later', 0)");
    expect(() => applySqliteMigrations(database, migrations)).toThrow(DatabaseError);
    database.exec("DELETE FROM _prisma_migrations WHERE id = '1'; UPDATE _prisma_migrations SET checksum = 'y'");
    expect(() => applySqliteMigrations(database, migrations)).toThrow('is not the one that was applied');
    database.close();
  });

  function applyAll(file: string): readonly string[] {
    const database = openSqliteFile(file);
    const names = applySqliteMigrations(database, migrations);
    database.close();
    return names;
  }
});

describe('lock of the data directory', () => {
  const lockCode = () =>
    `import { lockDataDirectory } from ${JSON.stringify(join(projectRoot(), 'server/db/lock-data-directory.ts'))};
    const outcome = lockDataDirectory(${JSON.stringify(folder)}, '127.0.0.1:3000', 5000);
    // Its owner need not keep what it got: nothing but the end of the process or a release may open the lock.
    setInterval(() => { globalThis.gc(); }, 50);
    setTimeout(() => console.log(outcome.kind), 300);`
      .replace('const outcome = ', 'const outcome = { kind: ')
      .replace('5000);', '5000).kind };');

  it('tells the second console who holds it, and changes nothing', async () => {
    const holder = await elsewhere(lockCode());
    expect(holder.line).toBe('locked');
    const before = readFileSync(join(folder, 'lock.json'), 'utf8');
    const outcome = lockDataDirectory(folder, '127.0.0.1:4000', 6000);
    if (outcome.kind !== 'held') throw new Error(outcome.kind);
    expect(outcome.holder).toMatchObject({ sinceMs: 5000, address: '127.0.0.1:3000' });
    expect(outcome.message).toContain(`pid ${outcome.holder?.pid}`);
    expect(readFileSync(join(folder, 'lock.json'), 'utf8')).toBe(before);
    await holder.kill();
  });

  it('is free again after kill -9', async () => {
    const holder = await elsewhere(lockCode());
    await holder.kill();
    const outcome = lockDataDirectory(folder, '127.0.0.1:4000', 6000);
    expect(outcome.kind).toBe('locked');
    if (outcome.kind === 'locked') outcome.release();
  });
});
