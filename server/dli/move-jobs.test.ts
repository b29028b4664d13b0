/** Export and import of jobs through the object store, and templates: wire types, rights, and that what is refused changes nothing. */
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleFixture } from '../http/console-fixture.ts';
import { DliClient } from './dli-fixture.ts';

let fixture: ConsoleFixture;
let ann: DliClient;
let ben: DliClient;
let id: number;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  ann = await DliClient.of(fixture, (await fixture.addUser('ann')).id);
  ben = await DliClient.of(fixture, (await fixture.addUser('ben')).id);
  const sql_body = "CREATE TABLE s (a INT) WITH ('connector'='kafka','properties.sasl.jaas.config'='canary-1')";
  const tags = [{ key: 'team', value: 'a' }];
  id = (await ann.call('POST', '/streaming/sql-jobs', { name: 'orders', sql_body, tags })).body.job.job_id;
});
afterAll(() => fixture.close());

const exported = (by: DliClient, body: unknown) => by.call('POST', '/streaming/jobs/export', body);
const imported = (by: DliClient, zip_file: string, is_cover?: boolean) =>
  by.call('POST', '/streaming/jobs/import', { zip_file, ...(is_cover === undefined ? {} : { is_cover }) });
const jobsOf = async (by: DliClient) => (await by.call('GET', '/streaming/jobs?limit=100')).body.job_list.jobs;
const filesIn = async (prefix: string) => (await fixture.context.store.list('moves', prefix)).objects.map(({ key }) => key);

describe('export and import', () => {
  it('writes one zip below the folder, without secrets, and makes the jobs anew for another user', async () => {
    const answer = await exported(ann, { obs_dir: 'obs://moves/out/', is_selected: true, job_selected: [id] });
    expect(answer.body).toEqual({
      is_success: 'true',
      message: 'The job is successfully exported.',
      zip_file: [expect.stringMatching(/^obs:\/\/moves\/out\/tidemark-jobs-[0-9a-f]{6}_\d{13}\.zip$/)],
    });
    const [path] = answer.body.zip_file;
    const zip = await fixture.context.store.get({ bucket: 'moves', key: path.slice('obs://moves/'.length) });
    expect(Object.values(unzipSync(zip)).some((entry) => Buffer.from(entry).includes('canary'))).toBe(false);

    const taken = (await imported(ben, path)).body;
    expect(taken).toMatchObject({
      is_success: 'true',
      job_mapping: [{ old_job_id: id, new_job_id: -1, remark: expect.stringContaining('orders') }],
    });
    // A job of somebody else is not overwritten, whatever its name.
    expect((await imported(ben, path, true)).body.job_mapping[0].new_job_id).toBe(-1);
    await ann.call('DELETE', `/streaming/jobs/${id}`);
    const made = (await imported(ben, 'moves/out', false)).body.job_mapping;
    expect(made).toEqual([{ old_job_id: id, new_job_id: expect.any(Number), remark: expect.stringContaining('Job successfully created') }]);
    expect((await jobsOf(ben)).map((job: { job_id: number; name: string }) => [job.job_id, job.name])).toEqual([
      [made[0].new_job_id, 'orders'],
    ]);
    expect(await jobsOf(ann)).toEqual([]);
    const again = (await imported(ben, path, true)).body.job_mapping;
    expect(again).toEqual([{ old_job_id: id, new_job_id: made[0].new_job_id, remark: expect.stringContaining('overwritten') }]);
    id = made[0].new_job_id;
  });

  it('exports everything that the caller may export, and nothing of others', async () => {
    await ben.call('POST', '/streaming/sql-jobs', { name: 'second' });
    const { zip_file } = (await exported(ben, { obs_dir: 'moves/all', is_selected: false })).body;
    expect(zip_file[0]).toMatch(/^moves\/all\/tidemark/);
    const names = (await imported(ben, zip_file[0])).body.job_mapping.map((one: { remark: string }) => one.remark.split(':')[0]);
    expect(names).toEqual(['orders', 'second']);
    for (const [body, code] of [
      [{ is_selected: false }, 'DLI.0002'],
      [{ is_selected: true, job_selected: [id] }, 'DLI.16001'],
    ] as const) {
      const refused = await exported(ann, { obs_dir: 'moves/none', ...body });
      expect([refused.status, refused.body.error_code]).toEqual([400, code]);
    }
    expect(await filesIn('none')).toEqual([]);
  });

  it.each([
    [{ is_selected: false }, 'DLI.0001'],
    [{ obs_dir: 'moves', is_selected: true }, 'DLI.0001'],
    [{ obs_dir: 'moves', is_selected: true, job_selected: [99_999_999_999] }, 'DLI.16001'],
    [{ obs_dir: 'No Bucket', is_selected: false }, 'DLI.0001'],
  ])('refuses the export %j', async (body, code) => {
    const answer = await exported(ben, body);
    expect([answer.status, answer.body.error_code]).toEqual([400, code]);
  });

  it('imports nothing when one file of the folder is none, or there is none', async () => {
    const before = await jobsOf(ann);
    const { store } = fixture.context;
    await store.ensureBucket('moves');
    const all = await filesIn('all');
    await store.put({ bucket: 'moves', key: 'mixed/a.zip' }, await store.get({ bucket: 'moves', key: all[0] as string }));
    await store.put({ bucket: 'moves', key: 'mixed/b.zip' }, Buffer.from('no zip'));
    await store.put({ bucket: 'moves', key: 'texts/c.txt' }, Buffer.from('no zip'));
    const codes = [];
    for (const path of ['moves/mixed', 'moves/texts', 'moves/nothing', 'http://moves/mixed']) {
      const answer = await imported(ann, path, true);
      codes.push([answer.status, answer.body.error_code]);
    }
    expect(codes).toEqual([
      [400, 'DLI.0001'],
      [400, 'DLI.0001'],
      [400, 'DLI.0002'],
      [400, 'DLI.0001'],
    ]);
    expect(await jobsOf(ann)).toEqual(before);
  });
});

describe('job templates', () => {
  const call = (method: string, more = '', body?: unknown, by = ann) => by.call(method, `/streaming/job-templates${more}`, body);

  it('are made, listed, changed, used and deleted with booleans and numbers as typed clients want them', async () => {
    const tags = [{ key: 'a_b', value: 'x' }];
    const made = (await call('POST', '', { name: 'sums', desc: 'd', sql_body: 'SELECT 1', tags })).body;
    const template_id = made.template.template_id;
    expect(made).toEqual({
      is_success: true,
      message: 'The template is successfully created.',
      template: { template_id: expect.any(Number), name: 'sums', desc: 'd', create_time: expect.any(Number), job_type: 'flink_sql_job' },
    });
    await call('POST', '', { name: 'counts', job_type: 'flink_opensource_sql_job', tags: [{ key: 'aXb', value: 'x' }] });
    const list = async (query: string) => (await call('GET', query)).body.template_list;
    expect(await list('?tags=a_b%3Dx&name=SUM')).toEqual({
      total_count: 1,
      templates: [{ ...made.template, sql_body: 'SELECT 1', update_time: expect.any(Number) }],
    });
    expect((await list('?order=asc&limit=1&offset=1')).templates[0].name).toBe('counts');
    expect((await call('PUT', `/${template_id}`, { desc: 'e', sql_body: 'SELECT 2' })).body).toEqual({
      is_success: true,
      message: 'The template is successfully updated.',
    });
    expect((await list('?name=sums')).templates[0]).toMatchObject({ name: 'sums', desc: 'e', sql_body: 'SELECT 2' });
    // What a body does not name stays.
    await call('PUT', `/${template_id}`, { name: 'sums' });
    await call('PUT', `/${template_id}`, { desc: null, sql_body: null });
    expect((await list('?name=sums')).templates[0]).toMatchObject({ name: 'sums', desc: 'e', sql_body: 'SELECT 2' });
    const job = (await ann.call('POST', '/streaming/sql-jobs', { name: 'from-template', template_id })).body.job.job_id;
    expect((await ann.call('GET', `/streaming/jobs/${job}`)).body.job_detail.sql_body).toBe('SELECT 2');
    expect((await call('DELETE', `/${template_id}`, undefined, ben)).body.error_code).toBe('DLI.0003');
    expect((await call('DELETE', `/${template_id}`)).body).toMatchObject({ is_success: true, template: { template_id } });
    expect((await call('DELETE', `/${template_id}`)).body.error_code).toBe('DLI.0002');
  });

  it('show in the console as SQL templates, and refuse a name taken, another type, an id that is none', async () => {
    const { browser } = await fixture.addUser('eve');
    const kinds = (await browser.call('GET', '/templates?kind=custom')).body.items;
    expect(kinds.map((one: { name: string; type: string }) => [one.name, one.type])).toEqual([['counts', 'flink_opensource_sql_job']]);
    const codes = [];
    for (const [method, more, body] of [
      ['POST', '', { name: 'counts' }],
      ['POST', '', { name: 'x', job_type: 'flink_jar_job' }],
      ['POST', '', {}],
      ['PUT', '/x', { desc: 'x' }],
      ['PUT', '/99999999999', { desc: 'x' }],
    ] as const)
      codes.push((await call(method, more, body)).body.error_code);
    expect(codes).toEqual(['DLI.0006', 'DLI.0001', 'DLI.0001', 'DLI.0002', 'DLI.0002']);
  });
});

describe('metrics', () => {
  it('tell sources and sinks of the newest run, by jobs the caller may see', async () => {
    const one = { nodeId: 1, uid: 'u', parallelism: 1, status: 'RUNNING', recordsIn: 7, recordsOut: 9 };
    const tasks = [
      { ...one, kind: 'source', name: 'TableSourceScan(table=[numbers], fields=[k])' },
      { ...one, kind: 'groupAggregate', name: 'group' },
      { ...one, kind: 'sink', name: 'counts' },
    ];
    const run = {
      jobId: id,
      number: 1,
      start: 'empty',
      jobVersion: 1,
      generation: 1,
      parallelism: 1,
      engine: 'embedded',
      startedAt: new Date(1),
    };
    await fixture.context.database.run.create({ data: { ...run, tasksJson: JSON.stringify(tasks), tasksAt: new Date(2) } });
    const metrics = {
      sources: [{ name: 'numbers', records: 9 }],
      sinks: [{ name: 'counts', records: 7 }],
      total_read_rate: 0,
      total_write_rate: 0,
    };
    expect((await ben.call('POST', '/streaming/jobs/metrics', { job_ids: [id] })).body).toEqual({
      is_success: true,
      message: 'The metrics are successfully queried.',
      metrics: { jobs: [{ job_id: id, metrics }] },
    });
    expect((await ann.call('POST', '/streaming/jobs/metrics', { job_ids: [id] })).body.error_code).toBe('DLI.16001');
  });
});
