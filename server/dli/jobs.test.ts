/** Jobs as clients see them: wire types, what is told back, filters, bulk acts, safety. Previews are recorded, the rest is real. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleFixture } from '../http/console-fixture.ts';
import { DliClient } from './dli-fixture.ts';

let fixture: ConsoleFixture;
let client: DliClient;
let ownerId: string;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  ownerId = (await fixture.addUser('ann')).id;
  client = await DliClient.of(fixture, ownerId);
});
afterAll(() => fixture.close());

const SQL =
  "CREATE TABLE s (i INT) WITH ('connector'='datagen'); CREATE TABLE k (i INT) WITH ('connector'='blackhole'); INSERT INTO k SELECT i FROM s;";

/** As Terraform's provider sends it, with its nulls and zeros. */
const TERRAFORM = {
  checkpoint_enabled: true,
  checkpoint_interval: 10,
  checkpoint_mode: 2,
  cu_number: 3,
  dirty_data_strategy: '2:bucket/dirty',
  idle_state_retention: 1,
  job_type: 'flink_sql_job',
  log_enabled: false,
  manager_cu_number: 1,
  obs_bucket: 'bucket',
  parallel_number: 2,
  queue_name: 'default',
  restart_when_exception: false,
  resume_checkpoint: false,
  resume_max_num: -1,
  run_mode: 'shared_cluster',
  runtime_config: '[{"key":"table.exec.mini-batch.size","value":"100"}]',
  flink_version: '1.15',
  execution_agency_urn: 'agency',
  sql_body: SQL,
  tags: null,
  tm_cus: 1,
  tm_slot_num: 0,
};

async function create(name: string, more: Record<string, unknown> = {}): Promise<number> {
  const answer = await client.call('POST', '/streaming/sql-jobs', { name, ...more });
  expect([answer.status, answer.body.is_success]).toEqual([200, 'true']);
  return answer.body.job.job_id;
}
const detailOf = async (id: number) => (await client.call('GET', `/streaming/jobs/${id}`)).body.job_detail;
const change = (id: number, data: Record<string, unknown>) => fixture.context.database.job.update({ where: { id }, data });

describe('create, show, update', () => {
  it('tells back what was sent, in the types of the real service', async () => {
    const made = await client.call('POST', '/streaming/sql-jobs', { name: 'tf_1', ...TERRAFORM });
    const id = made.body.job.job_id;
    expect([made.status, made.body]).toEqual([
      200,
      {
        is_success: 'true',
        message: 'A DLI job is created successfully.',
        job: { job_id: expect.any(Number), status_name: 'job_init', status_desc: '' },
      },
    ]);
    const nowMs = fixture.clock.nowMs();
    const shown = await client.call('GET', `/streaming/jobs/${id}`);
    expect(shown.body.is_success).toBe('true');
    const { job_config, ...detail } = shown.body.job_detail;
    const { folderKey } = await fixture.context.database.job.findUniqueOrThrow({ where: { id } });
    expect(detail).toEqual({
      job_id: id,
      name: 'tf_1',
      desc: '',
      job_type: 'flink_sql_job',
      status: 'job_init',
      status_desc: '',
      create_time: nowMs,
      start_time: 0,
      queue_name: 'default',
      graph_editor_enabled: false,
      has_savepoint: false,
      user_id: ownerId,
      project_id: fixture.projectId,
      sql_body: SQL,
      run_mode: 'shared_cluster',
      main_class: null,
      entrypoint_args: null,
      execution_graph: null,
      update_time: nowMs,
      edge_group_ids: null,
      restart_times: 0,
      savepoint_path: `obs://bucket/jobs/savepoint/${id}/`,
    });
    const { name: _n, sql_body: _s, queue_name: _q, run_mode: _r, job_type: _j, tags: _t, ...settings } = { name: '', ...TERRAFORM };
    expect(job_config).toMatchObject({ ...settings, checkpoint_mode: 'at_least_once', smn_topic: null, root_id: -1 });
    expect(job_config.checkpoint_path).toBe(`obs://bucket/jobs/checkpoint/${id}_${folderKey}/`);
  });

  it('gives what was not sent the defaults of this product', async () => {
    const { job_type, run_mode, job_config } = await detailOf(await create('plain'));
    expect([job_type, run_mode]).toEqual(['flink_opensource_sql_job', 'exclusive_cluster']);
    expect(job_config).toMatchObject({
      checkpoint_enabled: true,
      checkpoint_mode: 'exactly_once',
      checkpoint_interval: 30,
      restart_when_exception: true,
      resume_checkpoint: true,
      resume_max_num: -1,
      idle_state_retention: 3600,
      dirty_data_strategy: '1',
      runtime_config: null,
      obs_bucket: null,
    });
  });

  it('keeps what an update does not name, and makes no version of nothing', async () => {
    const id = await create('to-update', { ...TERRAFORM });
    const answer = await client.call('PUT', `/streaming/sql-jobs/${id}`, { desc: 'wire 2', parallel_number: 4, name: 'renamed' });
    expect([answer.status, answer.body]).toEqual([
      200,
      { is_success: 'true', message: 'The job is updated successfully.', job: { update_time: fixture.clock.nowMs() } },
    ]);
    const detail = await detailOf(id);
    expect([detail.name, detail.desc, detail.sql_body, detail.job_type]).toEqual(['renamed', 'wire 2', SQL, 'flink_sql_job']);
    expect(detail.job_config).toMatchObject({ parallel_number: 4, cu_number: 3, execution_agency_urn: 'agency', obs_bucket: 'bucket' });
    const { name: _n, job_type: _j, tags: _t, ...same } = { name: '', ...TERRAFORM, parallel_number: 4 };
    await client.call('PUT', `/streaming/sql-jobs/${id}`, { ...same, operator_config: '', static_estimator_config: '' });
    await client.call('PUT', `/streaming/sql-jobs/${id}`, { ...same, operator_config: '', static_estimator_config: '' });
    // Version 2 by the first update, 3 by the two new texts, none by the repetition.
    expect((await fixture.context.database.job.findUniqueOrThrow({ where: { id } })).version).toBe(3);
    expect((await detailOf(id)).job_config.operator_config).toBe('');
  });

  it('creates and updates Jar jobs, and keeps the two kinds apart', async () => {
    const made = await client.call('POST', '/streaming/flink-jobs', {
      name: 'jar-1',
      entrypoint: 'obs://bucket/a.jar',
      main_class: 'com.example.Main',
      entrypoint_args: '--x 1',
      dependency_jars: ['obs://bucket/b.jar'],
      feature: 'basic',
      flink_version: '1.15',
      checkpoint_path: 'obs://bucket/own/',
    });
    expect(made.body.message).toBe('A Flink job is created successfully.');
    const id = made.body.job.job_id;
    const detail = await detailOf(id);
    expect([detail.job_type, detail.main_class, detail.entrypoint_args, detail.sql_body]).toEqual([
      'flink_jar_job',
      'com.example.Main',
      '--x 1',
      null,
    ]);
    expect(detail.job_config).toMatchObject({
      entrypoint: 'obs://bucket/a.jar',
      dependency_jars: ['obs://bucket/b.jar'],
      dependency_files: null,
      feature: 'basic',
      image: null,
      checkpoint_path: 'obs://bucket/own/',
    });
    expect((await client.call('PUT', `/streaming/flink-jobs/${id}`, { job_type: 'flink_jar_job', main_class: 'B' })).status).toBe(200);
    expect((await detailOf(id)).main_class).toBe('B');
    const wrong = await client.call('PUT', `/streaming/sql-jobs/${id}`, { desc: 'x' });
    expect([wrong.status, wrong.body.error_code]).toEqual([400, 'DLI.0001']);
    expect(wrong.body.error_msg).toContain(`streaming/flink-jobs/${id}`);
  });

  it('takes the memory form of resources, and runtime settings in any of their forms', async () => {
    const resource_config = { max_slot: 1, parallel_number: 9, taskmanager_resource_spec: { cpu: 1, memory: '4G' } };
    const { job_config } = await detailOf(
      await create('memory-form', { resource_config_version: 'v2', resource_config, runtime_config: 'a=1\nb=2' }),
    );
    expect(job_config).toMatchObject({ resource_config_version: 'v2', resource_config, parallel_number: 9, runtime_config: 'a=1\nb=2' });
    await fixture.context.database.jobVersion.updateMany({
      where: { job: { name: 'memory-form' } },
      data: { optionsJson: JSON.stringify({ runtimeConfiguration: { a: '7' } }) },
    });
    const changed = await client.call('GET', '/streaming/jobs?name=memory-form&show_detail=true');
    expect(changed.body.job_list.jobs[0].job_config.runtime_config).toBe('[{"key":"a","value":"7"}]');
  });

  const BAD: readonly { readonly what: string; readonly body: unknown; readonly code: string; readonly says: string }[] = [
    { what: 'no name', body: {}, code: 'DLI.0001', says: 'name:' },
    { what: 'a name that is taken', body: { name: 'plain' }, code: 'DLI.0006', says: 'taken' },
    { what: 'an unknown queue', body: { name: 'q', queue_name: 'nowhere' }, code: 'DLI.0002', says: 'There is no queue named nowhere' },
    { what: 'an unknown template', body: { name: 'q', template_id: 99_999 }, code: 'DLI.0002', says: 'template 99999' },
    { what: 'too few CUs', body: { name: 'q', cu_number: 1 }, code: 'DLI.0001', says: 'cu_number:' },
    {
      what: 'too much parallelism',
      body: { name: 'q', parallel_number: 5 },
      code: 'DLI.0001',
      says: 'parallel_number: Parallelism must be 1 to 4',
    },
    { what: 'a checkpoint mode', body: { name: 'q', checkpoint_mode: 3 }, code: 'DLI.0001', says: 'checkpoint_mode:' },
    { what: 'a text for a flag', body: { name: 'q', log_enabled: 'true' }, code: 'DLI.0001', says: 'log_enabled:' },
    { what: 'a strategy', body: { name: 'q', dirty_data_strategy: '2' }, code: 'DLI.0001', says: '2:<bucket>/<folder>' },
    { what: 'runtime settings', body: { name: 'q', runtime_config: '[1]' }, code: 'DLI.0001', says: 'runtime_config:' },
    { what: 'an edge job', body: { name: 'q', job_type: 'flink_sql_edge_job' }, code: 'DLI.0007', says: 'not supported' },
    { what: 'a list for a body', body: [], code: 'DLI.0001', says: 'The request:' },
  ];
  it.each(BAD)('refuses $what, and makes nothing', async ({ body, code, says }) => {
    const before = await fixture.context.database.job.count();
    const answer = await client.call('POST', '/streaming/sql-jobs', body);
    expect([answer.status, answer.body.error_code, Object.keys(answer.body)]).toEqual([400, code, ['error_code', 'error_msg']]);
    expect(answer.body.error_msg).toContain(says);
    expect(await fixture.context.database.job.count()).toBe(before);
  });

  it('changes nothing when any part of an update is bad', async () => {
    const id = await create('all-or-nothing');
    const before = await detailOf(id);
    for (const body of [
      { desc: 'new', cu_number: 1 },
      { desc: 'new', queue_name: 'nowhere' },
      { sql_body: 'x', name: 'plain' },
    ]) {
      expect((await client.call('PUT', `/streaming/sql-jobs/${id}`, body)).status).toBe(400);
    }
    expect(await detailOf(id)).toEqual(before);
  });
});

describe('list', () => {
  const ids: number[] = [];
  beforeAll(async () => {
    for (const index of [0, 1, 2]) {
      const tags = [
        { key: 'team', value: index === 2 ? 'b' : 'a' },
        { key: 'n', value: String(index) },
      ];
      ids.push(await create(`listed-${index}`, { tags, job_type: index === 1 ? 'flink_sql_job' : 'flink_opensource_sql_job' }));
    }
    await change(ids[0] as number, { status: 'job_finish', startedAt: new Date(1_000_000), endedAt: new Date(1_005_000) });
    await change(ids[1] as number, {
      status: 'job_running',
      startedAt: new Date(fixture.clock.nowMs() - 1_000),
      savepointPath: 'obs://b/sp',
    });
  });
  const list = async (query: string) => (await client.call('GET', `/streaming/jobs?${query}`)).body.job_list;
  const names = async (query: string) => (await list(query)).jobs.map((job: { name: string }) => job.name);

  it('pages from the newest by rows, with the count of all', async () => {
    const first = await list('name=listed&limit=2');
    expect([first.total_count, first.jobs.map((job: { name: string }) => job.name)]).toEqual([3, ['listed-2', 'listed-1']]);
    expect(await names('name=LISTED&limit=2&offset=1')).toEqual(['listed-1', 'listed-0']);
    expect(await names('name=listed&order=asc')).toEqual(['listed-0', 'listed-1', 'listed-2']);
    expect(await list('name=listed&offset=3')).toEqual({ total_count: 3, jobs: [] });
  });

  it('filters by type, status, tags, queue and user', async () => {
    expect(await names('name=listed&job_type=flink_sql_job')).toEqual(['listed-1']);
    expect(await names('name=listed&job_type=flink_opensource_sql_job')).toEqual(['listed-2', 'listed-0']);
    expect(await names('name=listed&job_type=flink_sql_edge_job')).toEqual([]);
    expect(await names('job_type=flink_jar_job')).toEqual(['jar-1']);
    expect(await names('status=job_finish')).toEqual(['listed-0']);
    expect(await names('tags=team%3Da')).toEqual(['listed-1', 'listed-0']);
    expect(await names('tags=team%3Da%2Cn%3D0')).toEqual(['listed-0']);
    expect(await names('name=listed&queue_name=other')).toEqual([]);
    expect((await names('name=listed&user_name=ann')).length).toBe(3);
    expect(await names('name=listed&user_name=nobody')).toEqual([]);
    expect(await names('name=listed&root_job_id=7')).toEqual([]);
  });

  it('takes _ and % in a name as they stand', async () => {
    await create('listed_1');
    expect(await names('name=listed_1')).toEqual(['listed_1']);
    expect(await names('name=LISTED_')).toEqual(['listed_1']);
    expect(await names('name=%25')).toEqual([]);
    await client.call('POST', '/streaming/jobs/delete', { job_ids: [(await list('name=listed_1')).jobs[0].job_id] });
  });

  it('shows exactly the fields of a short row', async () => {
    const { jobs } = await list('name=listed&order=asc');
    expect(jobs[0]).toEqual({
      job_id: ids[0],
      name: 'listed-0',
      desc: '',
      user_name: 'ann',
      job_type: 'flink_opensource_sql_job',
      status: 'job_finish',
      status_desc: '',
      create_time: expect.any(Number),
      start_time: 1_000_000,
      duration: 5_000,
      root_id: -1,
      graph_editor_enabled: false,
      has_savepoint: false,
      queue_name: 'default',
    });
    const { jobs: detailed } = await list('name=listed-1&show_detail=true');
    expect(detailed[0]).toMatchObject({
      has_savepoint: true,
      savepoint_path: 'obs://b/sp',
      job_config: { cu_number: 2 },
      user_name: 'ann',
    });
    expect(detailed[0].duration).toBe(fixture.clock.nowMs() - detailed[0].start_time);
  });

  it.each(['limit=101', 'limit=-1', 'offset=x', 'order=up', 'status=running', 'job_type=sql', 'tags=team', 'show_detail=yes'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await client.call('GET', `/streaming/jobs?${query}`);
      expect([status, body.error_code, body.error_msg.startsWith(`${query.split('=')[0]}: `)]).toEqual([400, 'DLI.0001', true]);
    },
  );
});
