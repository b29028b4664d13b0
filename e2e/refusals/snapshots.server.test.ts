/** Damaged snapshots and snapshots of others: named, never loaded silently; the next older one is used and the ledger says so. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTING_SQL, factsOf, ledgerOf, OFTEN, type Product, snapshotsOf, startProduct, until } from './fixture.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 400_000);
afterAll(() => product?.close());

const folderOf = (path: string) => join(product.dataDir, 'objects', path.slice('obs://'.length));

/** A job at rest that has at least three checkpoints, newest first. */
async function stoppedJob(name: string, sql = COUNTING_SQL) {
  const { api } = product;
  const job = await api.createJob(name, sql, OFTEN);
  await api.start(job.id);
  await api.waitFor(job.id, ['job_running']);
  await until(
    'three checkpoints',
    () => snapshotsOf(api, job.id),
    (all) => all.length >= 3,
  );
  await api.stop(job.id, 'without');
  await api.waitFor(job.id, ['job_cancel_success']);
  const snapshots = await snapshotsOf(api, job.id);
  return { id: job.id, newest: snapshots[0] as (typeof snapshots)[number], older: snapshots[1] as (typeof snapshots)[number] };
}

const partOf = (folder: string) => join(folder, readdirSync(folder).find((name) => name.endsWith('.part')) as string);

function flipLastByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 0x01;
  writeFileSync(file, bytes);
}

const DAMAGES: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  [
    'a truncated manifest',
    (folder) => writeFileSync(join(folder, '_metadata'), readFileSync(join(folder, '_metadata')).subarray(0, 100)),
    /cannot be restored: Its manifest is damaged: it has 100 bytes where its header says \d+\. It is passed over\.$/,
  ],
  [
    'a flipped byte in the manifest',
    (folder) => flipLastByte(join(folder, '_metadata')),
    /cannot be restored: Its manifest is damaged: its checksum is wrong\. It is passed over\.$/,
  ],
  ['a missing part', (folder) => rmSync(partOf(folder)), /cannot be restored: 1 of \d+ parts is missing: \S+\.part\. It is passed over\.$/],
  [
    'a truncated part',
    (folder) => writeFileSync(partOf(folder), readFileSync(partOf(folder)).subarray(1)),
    /cannot be restored: 1 of \d+ parts has the wrong length: \S+\.part\. It is passed over\.$/,
  ],
  ['a flipped byte in a part', (folder) => flipLastByte(partOf(folder)), /cannot be restored: .*\.part.* It is passed over\.$/],
];

describe('the newest snapshot is damaged', () => {
  it.each(DAMAGES)('%s: the next older one is used, and the ledger says so', async (name, damage, text) => {
    const { api } = product;
    const { id, newest, older } = await stoppedJob(name.replaceAll(' ', '-'));
    damage(folderOf(newest.path));
    const [started] = await api.start(id, { kind: 'newest' });
    expect(started?.outcome, started?.message).toBe('accepted');
    await api.waitFor(id, ['job_running']);
    const ledger = await ledgerOf(api, id);
    const fallback = ledger.filter((line) => line.kind === 'fallback');
    expect(fallback).toHaveLength(1);
    expect(fallback[0]?.text).toMatch(text);
    expect(fallback[0]?.text.startsWith(`${newest.name} `)).toBe(true);
    expect(ledger.find((line) => line.kind === 'start')?.text).toBe(`Started from ${older.name}.`);
    await api.stop(id, 'without');
    await api.waitFor(id, ['job_cancel_success']);
  });

  it('all of them: nothing is started, the reason is told, the job never begins empty by itself', async () => {
    const { api } = product;
    const { id, newest } = await stoppedJob('all-damaged');
    for (const { path } of await snapshotsOf(api, id)) rmSync(join(folderOf(path), '_metadata'));
    const before = await factsOf(api, id);
    const [refused] = await api.start(id, { kind: 'newest' });
    expect(refused?.outcome).toBe('refused');
    expect(refused?.message).toMatch(new RegExp(`^No snapshot can be restored\\. ${newest.name}: It is no longer there\\.`));
    expect(await factsOf(api, id)).toEqual(before);
    expect(existsSync(folderOf(newest.path))).toBe(true);
  });
});

describe('an import', () => {
  it("of another job's snapshot needs the name typed, and changes nothing before", async () => {
    const { api } = product;
    const other = await stoppedJob('their-job');
    const mine = await stoppedJob('my-job');
    const before = await factsOf(api, mine.id);
    const asked = api.call('POST', `/jobs/${mine.id}/import`, { path: other.newest.path });
    await expect(asked).rejects.toThrow(
      new RegExp(
        `It was made by job their-job \\(${other.id}\\), not by this one\\. To import it all the same, type the job's name: my-job\\.`,
      ),
    );
    expect(await factsOf(api, mine.id)).toEqual(before);
  });

  it.each([
    [
      'a truncated manifest',
      DAMAGES[0]?.[1],
      /The manifest at obs:.* is damaged: it has 100 bytes where its header says \d+\. Import another snapshot\./,
    ],
    ['a missing part', DAMAGES[2]?.[1], /1 of \d+ parts is missing: .*\.part\. Import another snapshot\./],
  ])('of %s is refused and changes nothing', async (name, damage, message) => {
    const { api } = product;
    const job = await stoppedJob(`import-${name.replaceAll(' ', '-')}`);
    damage?.(folderOf(job.newest.path));
    const before = await factsOf(api, job.id);
    await expect(api.call('POST', `/jobs/${job.id}/import`, { path: job.newest.path })).rejects.toThrow(message);
    expect(await factsOf(api, job.id)).toEqual(before);
  });

  it('of a folder without a snapshot says where to look', async () => {
    const { api } = product;
    const job = await stoppedJob('import-nothing');
    const before = await factsOf(api, job.id);
    const parent = job.newest.path.slice(0, job.newest.path.lastIndexOf('/'));
    await expect(api.call('POST', `/jobs/${job.id}/import`, { path: parent })).rejects.toThrow(
      `No snapshot here: ${parent} holds no _metadata. Choose the folder that does (a chk-<number> or a savepoint's).`,
    );
    expect(await factsOf(api, job.id)).toEqual(before);
  });
});
