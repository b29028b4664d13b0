/** Jobs by the API: making, finding, changing by two editors at once, starting and stopping as desires, deleting, importing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser;
let userId: string;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  const user = await fixture.addUser('ann');
  browser = user.browser;
  userId = user.id;
});
afterAll(() => fixture.close());

let names = 0;
async function makeJob(body: Record<string, unknown> = {}): Promise<number> {
  const answer = await browser.call('POST', '/jobs', { name: `job-${++names}`, ...body });
  expect(answer.status).toBe(201);
  return answer.body.job.id;
}
const job = async (id: number) => (await browser.call('GET', `/jobs/${id}`)).body.job;
const row = (id: number) => fixture.context.database.job.findUniqueOrThrow({ where: { id } });
/** What the supervisor would write at the end of an operation. */
async function finish(id: number, status: string, data: Record<string, unknown> = {}): Promise<void> {
  const { database } = fixture.context;
  await database.operation.updateMany({ where: { jobId: id, activeJobId: id }, data: { activeJobId: null, status: 'succeeded' } });
  await database.job.update({ where: { id }, data: { status, activeOperationId: null, ...data } });
}

describe('make and change', () => {
  it('saves a draft with safe defaults and refuses what does not fit together', async () => {
    const made = await job(await makeJob());
    expect(made).toMatchObject({ status: 'job_init', desired: 'stopped', version: 1, runningVersion: null });
    expect(made.options).toMatchObject({
      checkpointEnabled: true,
      checkpointIntervalSeconds: 30,
      restartWhenException: true,
      resumeCheckpoint: true,
    });
    const tooWide = await browser.call('POST', '/jobs', { name: 'wide', options: { parallelism: 9 } });
    const details = [
      {
        path: 'options.parallelism',
        message: expect.stringContaining('must be 1 to 4'),
        said: [{ code: 'said.field.parallelism', values: { most: '4', given: '9' } }],
      },
    ];
    expect(tooWide.body.error.details).toEqual(details);
    expect((await browser.call('POST', '/jobs', { name: 'q', options: { queueName: 'nowhere' } })).body.error.code).toBe('queue-not-found');
    expect((await browser.call('POST', '/jobs', { name: 'has space' })).body.error.details[0].path).toBe('name');
    expect((await browser.call('POST', '/jobs', { name: made.name })).body.error.code).toBe('name-taken');
  });

  it('lets the first of two editors save and tells the second', async () => {
    const id = await makeJob({ sql: 'a' });
    const saves = await Promise.all(['b', 'c'].map((sql) => browser.call('PATCH', `/jobs/${id}`, { baseVersion: 1, sql })));
    expect(saves.map((save) => save.status).sort()).toEqual([200, 409]);
    const refused = saves.find((save) => save.status === 409);
    expect(refused?.body.error).toMatchObject({ code: 'version-conflict', details: { version: 2 } });
    const versions = await browser.call('GET', `/jobs/${id}/versions`);
    expect(versions.body.versions.map((version: { number: number }) => version.number)).toEqual([2, 1]);
    expect((await browser.call('GET', `/jobs/${id}/versions/1`)).body.sql).toBe('a');
  });

  it('keeps options that a change does not name, and makes no version of no change', async () => {
    const id = await makeJob({ options: { checkpointIntervalSeconds: 60, runtimeConfiguration: { 'a.b': '1' } } });
    await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 1, options: { resumeMaxNum: 3 } });
    expect((await job(id)).options).toMatchObject({ checkpointIntervalSeconds: 60, resumeMaxNum: 3, runtimeConfiguration: { 'a.b': '1' } });
    expect((await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 2, options: { resumeMaxNum: 3 } })).body.job.version).toBe(2);
  });

  it('says of a running job what applies now and what waits for a restart', async () => {
    const id = await makeJob();
    await finish(id, 'job_running', { desired: 'running' });
    const live = await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 1, options: { resumeMaxNum: 5 } });
    expect(live.body).toMatchObject({ appliedNow: ['resumeMaxNum'], needsRestart: false });
    const later = await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 2, options: { parallelism: 2 } });
    expect(later.body).toMatchObject({ appliedNow: [], needsRestart: true });
  });
});

describe('desires', () => {
  it('starts once: one operation, the status at once, the supervisor woken', async () => {
    const id = await makeJob();
    const before = fixture.wakes;
    const start = () => browser.call('POST', '/jobs/start', { jobs: [{ jobId: id }] });
    const answers = await Promise.all([start(), start(), start()]);
    const results = answers.map((answer) => answer.body.results[0]);
    expect(results.filter((result) => result.outcome === 'accepted')).toHaveLength(1);
    for (const result of results.filter((each) => each.outcome === 'refused'))
      expect(['operation-under-way', 'wrong-status']).toContain(result.code);
    expect(await fixture.context.database.operation.count({ where: { jobId: id } })).toBe(1);
    expect(await row(id)).toMatchObject({ status: 'job_submitting', desired: 'running' });
    expect((await job(id)).operation.kind).toBe('start');
    expect(fixture.wakes).toBe(before + 1);
  });

  it('does not start at a loss until the name is typed, and not at a greater loss than was shown', async () => {
    const id = await makeJob();
    const { name } = await row(id);
    const start = async (acceptance?: object) =>
      (await browser.call('POST', '/jobs/start', { jobs: [{ jobId: id, acceptance }] })).body.results[0];
    fixture.lost = 100;
    expect(await start()).toMatchObject({ code: 'acceptance-needed' });
    expect(await start({ verdict: 'bad', lost: 100, doubled: 0, typedName: 'another' })).toMatchObject({ code: 'acceptance-needed' });
    fixture.lost = 101;
    expect(await start({ verdict: 'bad', lost: 100, doubled: 0, typedName: name })).toMatchObject({ code: 'acceptance-needed' });
    fixture.lost = null;
    expect(await start({ verdict: 'bad', lost: 100, doubled: 0, typedName: name })).toMatchObject({ code: 'acceptance-needed' });
    expect(await start()).toMatchObject({ code: 'acceptance-needed' });
    expect(await row(id)).toMatchObject({ status: 'job_init', desired: 'stopped' });
    fixture.lost = 101;
    expect(await start({ verdict: 'bad', lost: 101, doubled: 0, typedName: name })).toMatchObject({ outcome: 'accepted' });
    fixture.lost = 0;
  });

  it('stops with a savepoint by default, and without one where nothing runs yet', async () => {
    const [running, submitting, draft] = [await makeJob(), await makeJob(), await makeJob()];
    await finish(running, 'job_running', { desired: 'running' });
    await finish(submitting, 'job_submitting', { desired: 'running' });
    const jobs = [running, submitting, draft].map((jobId) => ({ jobId }));
    const { results } = (await browser.call('POST', '/jobs/stop', { jobs })).body;
    expect(results.map((result: { outcome: string }) => result.outcome)).toEqual(['accepted', 'accepted', 'refused']);
    expect((await row(running)).status).toBe('job_savepointing');
    expect((await row(submitting)).status).toBe('job_canceling');
    const operation = await fixture.context.database.operation.findFirstOrThrow({ where: { jobId: submitting } });
    expect(JSON.parse(operation.requestJson)).toEqual({ kind: 'stop', mode: 'without' });
  });

  it('deletes at rest at once, frees the name, keeps snapshots to undo; asks for the name when there is state', async () => {
    const id = await makeJob();
    const { name } = await row(id);
    await finish(id, 'job_cancel_success', { hadState: true });
    const remove = async (confirmations: object) =>
      (await browser.call('POST', '/jobs/delete', { jobIds: [id], confirmations })).body.results[0];
    expect(await remove({})).toMatchObject({ code: 'acceptance-needed' });
    expect(await remove({ [id]: name })).toMatchObject({ outcome: 'done' });
    expect((await browser.call('GET', `/jobs/${id}`)).status).toBe(404);
    expect((await browser.call('GET', `/jobs/name-available?name=${name}`)).body.isAvailable).toBe(true);
    const running = await makeJob();
    await finish(running, 'job_running', { desired: 'running' });
    const accepted = (await browser.call('POST', '/jobs/delete', { jobIds: [running] })).body.results[0];
    expect(accepted).toMatchObject({ outcome: 'accepted' });
    expect(await row(running)).toMatchObject({ desired: 'stopped', deletedAt: null });
  });

  it('imports a snapshot as the newest, only at rest', async () => {
    const id = await makeJob();
    const path = 'obs://tidemark/jobs/checkpoint/x/chk-7';
    const importIt = () => browser.call('POST', `/jobs/${id}/import`, { path: 's3a://tidemark/jobs/checkpoint/x/chk-7/' });
    expect((await importIt()).body.error.code).toBe('snapshot-not-restorable');
    fixture.found = {
      name: 'chk-7',
      kind: 'checkpoint',
      engine: 'embedded',
      path,
      checkpointId: 7,
      createdMs: 1,
      durationMs: 2,
      sizeBytes: 6_000_000_000,
      parallelism: 1,
      keyGroups: 128,
      recordsIn: 5,
      recordsOut: 5,
      positions: [],
      sqlSha256: null,
    };
    expect((await importIt()).status).toBe(202);
    expect((await importIt()).status).toBe(202);
    const listed = (await browser.call('GET', `/snapshots?jobId=${id}`)).body;
    expect(listed.items).toMatchObject([{ path, origin: 'imported', isNewest: true, sizeBytes: 6_000_000_000 }]);
    expect((await job(id)).newestSnapshot).toMatchObject({ name: 'chk-7', origin: 'imported' });
    await finish(id, 'job_running', { desired: 'running' });
    expect((await importIt()).body.error.code).toBe('wrong-status');
    expect((await browser.call('DELETE', `/snapshots/${listed.items[0].id}`)).body.error.code).toBe('in-use');
    for (const bad of ['obs://tidemark/../x', 'file:///etc/passwd', 'obs://tidemark/a\\b']) {
      expect([bad, (await browser.call('POST', `/jobs/${id}/import`, { path: bad })).status]).toEqual([bad, 400]);
    }
  });
});

describe('list', () => {
  it('filters, sorts, pages and counts', async () => {
    await makeJob({ name: 'tagged-a', tags: [{ key: 'env', value: 'prod' }] });
    await makeJob({ name: 'tagged-b', tags: [{ key: 'env', value: 'test' }] });
    const listed = async (query: string) => (await browser.call('GET', `/jobs?${query}`)).body;
    const namesOf = (answer: { items: { name: string }[] }) => answer.items.map((item) => item.name);
    expect(namesOf(await listed('tag=env:prod'))).toEqual(['tagged-a']);
    expect(namesOf(await listed('tag=env&sort=name&order=asc'))).toEqual(['tagged-a', 'tagged-b']);
    expect(namesOf(await listed('q=TAGGED-&sort=name&order=asc&pageSize=1&page=2'))).toEqual(['tagged-b']);
    const id = (await listed('q=tagged-a')).items[0].id;
    expect(namesOf(await listed(`q=${id}`))).toContain('tagged-a');
    expect((await listed('user=me')).total).toBe((await listed(`user=${userId}`)).total);
    expect((await listed('user=nobody')).total).toBe(0);
    const some = await listed('status=job_init,job_running');
    const count = (status: string) => some.counts.find((entry: { status: string }) => entry.status === status)?.count ?? 0;
    expect(some.total).toBe(count('job_init') + count('job_running'));
    expect((await browser.call('GET', '/jobs?sort=passwordHash')).status).toBe(400);
    // Signs that LIKE takes for any are taken as they are.
    await makeJob({ name: 'under_score' });
    await makeJob({ name: 'under-score', description: 'the longest' });
    expect(namesOf(await listed('q=under_score'))).toEqual(['under_score']);
    expect(namesOf(await listed('q=R%25E'))).toEqual([]);
    expect((await listed('q=_')).items.every((item: { name: string }) => item.name.includes('_'))).toBe(true);
    expect(namesOf(await listed('q=under&sort=description&order=asc'))).toEqual(['under_score', 'under-score']);
    expect(namesOf(await listed('sort=duration&q=under')).sort()).toEqual(['under-score', 'under_score']);
    expect((await browser.call('GET', '/jobs?pageSize=101')).status).toBe(400);
  });
});

describe('audit', () => {
  it('holds who did what, refusals too, for administrators', async () => {
    const { browser: admin } = await fixture.addUser('root', 'admin');
    const id = await makeJob({ name: 'audited' });
    await browser.call('POST', '/jobs/stop', { jobs: [{ jobId: id }] });
    const { items } = (await admin.call('GET', `/audit?object=${id}`)).body;
    expect(items.map((item: { action: string; result: string; who: string }) => [item.action, item.result, item.who])).toEqual([
      ['stopStreamJobs', 'refused', 'ann'],
      ['createStreamSqlJob', 'done', 'ann'],
    ]);
  });
});
