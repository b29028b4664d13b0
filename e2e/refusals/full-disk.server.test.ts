/** The disk of the data directory is full: under the objects (parts, manifest), the database, the logs. Each says so, changes nothing, and goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ConsoleApi } from '../servers/console-api.ts';
import { SmallDisks } from '../servers/small-disks.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import { COUNTING_SQL, factsOf, ledgerOf, snapshotsOf, until } from './fixture.ts';

const OPTIONS = {
  restartWhenException: true,
  resumeCheckpoint: true,
  runtimeConfiguration: { 'execution.checkpointing.interval': '300 ms' },
};
/** ENOSPC; where no small disk can be had, the limit of the system on the size of a file. */
const FULL = '(?:the disk is full|the system lets the file grow no further)';

let scratch: string;
let disks: SmallDisks;
let tidemark: TidemarkServer;
let api: ConsoleApi;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-full-disk-'));
  disks = await SmallDisks.make(scratch);
  tidemark = await startTidemark({ dataDir: disks.dataDir, prefix: disks.prefix });
  disks.writersOf = (place) => (place === 'data' ? [...tidemark.pidsOf('web'), ...tidemark.pidsOf('supervisor')] : tidemark.jobPids());
  api = await ConsoleApi.signIn(tidemark.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
}, 400_000);

afterEach(() => {
  for (const place of ['data', 'objects', 'logs'] as const) disks.makeRoom(place);
});

afterAll(async () => {
  await tidemark?.kill();
  disks?.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function startCounting(name: string): Promise<number> {
  const { id } = await api.createJob(name, COUNTING_SQL, OPTIONS);
  await api.start(id);
  await api.waitFor(id, ['job_running']);
  await nextSnapshot(id, []);
  return id;
}

const nextSnapshot = (id: number, before: readonly { readonly id: string }[]) =>
  until(
    'another snapshot',
    () => snapshotsOf(api, id),
    (all) => all.some((one) => before.every((other) => other.id !== one.id)),
  );

async function stop(id: number): Promise<void> {
  await api.stop(id, 'savepoint');
  await api.waitFor(id, ['job_cancel_success']);
}

async function failuresOf(id: number): Promise<string[]> {
  const { items } = await api.call<{ items: { kind: string; message: string }[] }>('GET', `/jobs/${id}/events?page=1&pageSize=100`);
  return items.filter((event) => event.kind === 'checkpoint-failed').map((event) => event.message);
}

const newFailure = (id: number, known: number) =>
  until(
    'another failed checkpoint',
    () => failuresOf(id),
    (all) => all.length > known,
  );

it('checkpoints: parts or manifest do not fit; no half snapshot is left or used, older ones are kept, and it goes on with room', async () => {
  const id = await startCounting('full-objects');
  const told: string[] = [];
  disks.fill('objects');
  told.push(...(await newFailure(id, 0)));
  const kept = await snapshotsOf(api, id);
  // Page by page, until the parts fit and the manifest does not.
  for (let pages = 1; pages < 12 && !told.some((one) => one.includes('its manifest')); pages++) {
    const known = (await failuresOf(id)).length;
    disks.fill('objects', pages);
    const outcome = await until(
      'a checkpoint that ends',
      async () => ({ failures: await failuresOf(id), snapshots: await snapshotsOf(api, id) }),
      ({ failures, snapshots }) => failures.length > known || snapshots[0]?.id !== kept[0]?.id,
    );
    told.push(...outcome.failures);
    if (outcome.snapshots[0]?.id !== kept[0]?.id) break;
  }
  const message = new RegExp(
    `^Checkpoint \\d+ failed: its (?:parts|manifest) could not be stored: Object tidemark/.* cannot be written: ${FULL}\\.$`,
  );
  for (const one of told) expect(one).toMatch(message);
  expect(told.some((one) => one.includes('its parts'))).toBe(true);
  expect(told.some((one) => one.includes('its manifest'))).toBe(true);

  disks.fill('objects');
  await newFailure(id, (await failuresOf(id)).length);
  const [newest] = await snapshotsOf(api, id);
  const manifests = disks.find('objects', '_metadata').map((path) => `obs://${path.slice(0, -'/_metadata'.length)}`);
  expect((await snapshotsOf(api, id)).map((one) => one.path)).toEqual(expect.arrayContaining(manifests));
  expect(disks.find('objects', 'put-*')).toEqual([]);
  await api.stop(id, 'savepoint');
  expect((await api.waitFor(id, ['job_cancel_fail'])).statusMessage).toMatch(
    new RegExp(`^Still running\\. The savepoint failed: its parts could not be stored: .*${FULL}\\. The job goes on\\.$`),
  );

  for (const pid of tidemark.jobPids()) process.kill(pid, 'SIGKILL');
  await until(
    'the failure in the ledger',
    () => ledgerOf(api, id),
    (lines) => lines.some((line) => line.kind === 'failure'),
  );
  disks.makeRoom('objects');
  await api.waitFor(id, ['job_running'], 120_000);
  const restart = (await ledgerOf(api, id)).find((line) => line.kind === 'auto-restart');
  expect(restart?.text).toBe(`Restarted after a failure from ${newest?.name}.`);
  await nextSnapshot(id, await snapshotsOf(api, id));
  await stop(id);
}, 300_000);

it('the database: an act is refused whole and says why, jobs run on, and the console goes on with room', async () => {
  const id = await startCounting('full-database');
  const jobs = async () => (await api.call<{ total: number }>('GET', '/jobs?page=1&pageSize=1')).total;
  const before = await jobs();
  disks.fill('data');
  // The write-ahead log may have some pages left.
  const long = `${COUNTING_SQL}-- ${'x'.repeat(300_000)}\n`;
  let made = 0;
  let refusal = '';
  while (made < 100 && refusal === '') {
    await api.createJob(`beside-${made}`, long).then(
      () => made++,
      (error: Error) => {
        refusal = error.message;
      },
    );
  }
  expect(refusal).toContain('answered 507');
  expect(refusal).toContain(
    'The database of the console cannot be written: its disk is full or fails. Nothing was changed; jobs go on running. Make room in the data directory, then try again.',
  );
  expect(await jobs()).toBe(before + made);
  const stored = disks.find('objects', '_metadata');
  await until(
    'a checkpoint of the job that runs',
    async () => disks.find('objects', '_metadata'),
    (now) => now.some((path) => !stored.includes(path)),
  );
  expect(await api.job(id)).toMatchObject({ status: 'job_running' });
  const known = await snapshotsOf(api, id);
  disks.makeRoom('data');
  await api.createJob('with-room-again', COUNTING_SQL);
  expect(await jobs()).toBe(before + made + 1);
  await nextSnapshot(id, known);
  expect((await factsOf(api, id)).runs).toEqual([1]);
  await stop(id);
}, 300_000);

it('the logs: jobs run on and start; the log says where entries are missing', async () => {
  const id = await startCounting('full-logs');
  disks.fill('logs');
  const another = await startCounting('starts-beside');
  const logs = () => disks.run(`cat '${join(disks.dataDir, 'logs', String(id))}'/*.log`);
  // The last page of the file has some bytes left.
  await until(
    'a snapshot that the log does not tell of',
    async () => Number((await snapshotsOf(api, id))[0]?.name.slice('chk-'.length)) - 1,
    (number) => !logs().includes(`Snapshot ${number} `),
  );
  disks.makeRoom('logs');
  await until(
    'the gap in the log',
    async () => logs(),
    (text) => /WARN {2}\d+ entr(?:y is|ies are) missing here: the log could not be written \((?:ENOSPC|EFBIG)\)\./.test(text),
  );
  expect((await factsOf(api, id)).runs).toEqual([1]);
  await stop(id);
  await stop(another);
}, 300_000);
