/** Run, stop, delete, savepoints, execution graph: answers, one entry a job, and that no state is given up by an omission. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import { ConsoleFixture, figure } from '../http/console-fixture.ts';
import type { FoundSnapshot } from '../snapshots/import-checks.ts';
import { DliClient } from './dli-fixture.ts';

let fixture: ConsoleFixture;
let client: DliClient;
let turn = 0;
let id: number;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  client = await DliClient.of(fixture, (await fixture.addUser('ann')).id);
});
afterAll(() => fixture.close());
beforeEach(async () => {
  fixture.lost = 0;
  fixture.found = null;
  id = await create();
});

async function create(): Promise<number> {
  return (await client.call('POST', '/streaming/sql-jobs', { name: `job-${turn++}` })).body.job.job_id;
}
const change = (jobId: number, data: Record<string, unknown>) => fixture.context.database.job.update({ where: { id: jobId }, data });
const statusOf = async (jobId: number) => (await client.call('GET', `/streaming/jobs/${jobId}`)).body.job_detail.status;
async function requestOf(jobId: number): Promise<unknown> {
  const operation = await fixture.context.database.operation.findUnique({ where: { activeJobId: jobId } });
  return operation && JSON.parse(operation.requestJson);
}
const run = (body: unknown) => client.call('POST', '/streaming/jobs/run', body);
const stop = (body: unknown) => client.call('POST', '/streaming/jobs/stop', body);

describe('run', () => {
  const DELIVERED = 'The request for submitting DLI jobs is successfully delivered.';

  it('answers an array, and the job shows as being submitted', async () => {
    const answer = await run({ job_ids: [id], resume_savepoint: false });
    expect([answer.status, answer.body]).toEqual([200, [{ is_success: 'true', message: DELIVERED }]]);
    expect(await statusOf(id)).toBe('job_submitting');
    expect(await requestOf(id)).toMatchObject({ kind: 'start', choice: { kind: 'empty' } });
  });

  it('starts from the newest snapshot when told to, and when not told otherwise', async () => {
    const other = await create();
    await run({ job_ids: [id], resume_savepoint: true });
    await run({ job_ids: [other], resume_savepoint: null });
    expect(await requestOf(id)).toMatchObject({ choice: { kind: 'newest' } });
    expect(await requestOf(other)).toMatchObject({ choice: { kind: 'newest' } });
  });

  it('refuses what would cost state or records, and names the way out', async () => {
    fixture.lost = 7;
    const { status, body } = await run({ job_ids: [id], resume_savepoint: false });
    expect([status, body[0].error_code, Object.keys(body[0])]).toEqual([400, 'DLI.0007', ['error_code', 'error_msg']]);
    expect(body[0].error_msg).toContain('lose 7 records');
    expect(body[0].error_msg).toContain('resume_savepoint=true');
    expect([await statusOf(id), await requestOf(id)]).toEqual(['job_init', null]);
  });

  it.each([
    { what: 'records shown twice', lost: 0, fate: 'kept', started: true },
    { what: 'records lost', lost: 3, fate: 'kept', started: false },
    { what: 'a loss that is not known', lost: null, fate: 'kept', started: false },
    { what: 'state that is dropped', lost: 0, fate: 'dropped', started: false },
  ] as const)('takes resume_savepoint=true for consent to $what: $started', async ({ lost, fate, started }) => {
    const now = new Date(1);
    const path = `obs://b/${id}`;
    const row = await fixture.context.database.snapshot.create({
      data: {
        jobId: id,
        name: 'sp',
        kind: 'savepoint',
        origin: 'stop',
        engine: 'embedded',
        path,
        createdAt: now,
        durationMs: 1,
        sizeBytes: 1n,
      },
      include: SNAPSHOT_INCLUDE,
    });
    await change(id, { hadState: true, status: 'job_cancel_success' });
    const original = fixture.context;
    const operator = { uid: 'u', description: 'd', fate, stateBytes: 1, stateRecords: 1, note: '', said: null };
    const previewStart: typeof original.previews.previewStart = async (jobId, choice) => {
      const preview = await original.previews.previewStart(jobId, choice);
      const loss = { ...preview.loss, lost: figure(lost), doubled: figure(null) };
      return { ...preview, loss, snapshot: snapshotView(row, 7), operators: [operator], needsName: true, verdict: 'unknown' };
    };
    fixture.context = { ...original, previews: { ...original.previews, previewStart } };
    const answers = [await run({ job_ids: [id], resume_savepoint: null }), await run({ job_ids: [id], resume_savepoint: true })];
    fixture.context = original;
    expect(answers.map((answer) => answer.status)).toEqual([400, started ? 200 : 400]);
    // Never "newest" with a name typed: that would allow an empty start when the snapshot is gone.
    expect(await requestOf(id)).toEqual(
      started ? expect.objectContaining({ choice: { kind: 'snapshot', snapshotId: row.id }, allowNonRestoredState: false }) : null,
    );
  });

  it('answers each job in the order given; 400 with an array of errors when none could be served', async () => {
    await change(id, { status: 'job_running', desired: 'running' });
    const other = await create();
    const mixed = await run({ job_ids: [424_242, other, id], resume_savepoint: false });
    expect([mixed.status, mixed.body]).toEqual([
      200,
      [
        {
          is_success: 'false',
          message: 'DLI.16001: The job does not exist.',
          error_code: 'DLI.16001',
          error_msg: 'The job does not exist.',
        },
        { is_success: 'true', message: DELIVERED },
        { is_success: 'false', message: expect.stringContaining('DLI.0007: '), error_code: 'DLI.0007', error_msg: expect.any(String) },
      ],
    ]);
    const none = await run({ job_ids: [424_242, id] });
    expect([none.status, none.body.map((one: { error_code: string }) => one.error_code)]).toEqual([400, ['DLI.16001', 'DLI.0007']]);
  });

  it.each([{}, { job_ids: [] }, { job_ids: ['x'] }, { job_ids: [1], resume_savepoint: 'true' }])('refuses the body %j', async (body) => {
    const answer = await run(body);
    expect([answer.status, answer.body.error_code]).toEqual([400, 'DLI.0001']);
  });
});

describe('stop', () => {
  it('makes a savepoint only when told to', async () => {
    const other = await create();
    for (const one of [id, other]) await change(one, { status: 'job_running', desired: 'running' });
    const answer = await stop({ job_ids: [id], trigger_savepoint: true });
    expect(answer.body).toEqual([{ is_success: 'true', message: 'The request for stopping DLI jobs is successfully delivered.' }]);
    await stop({ job_ids: [other] });
    expect([await requestOf(id), await statusOf(id)]).toEqual([{ kind: 'stop', mode: 'savepoint' }, 'job_savepointing']);
    expect([await requestOf(other), await statusOf(other)]).toEqual([{ kind: 'stop', mode: 'without' }, 'job_canceling']);
  });

  it('refuses a job that does not run', async () => {
    const answer = await stop({ job_ids: [id], trigger_savepoint: true });
    expect([answer.status, answer.body[0].error_code, await statusOf(id)]).toEqual([400, 'DLI.0007', 'job_init']);
  });
});

describe('delete', () => {
  it('deletes at once what is at rest, with state too, and keeps its snapshots for the undo window', async () => {
    await change(id, { hadState: true, status: 'job_cancel_success' });
    const other = await create();
    const answer = await client.call('POST', '/streaming/jobs/delete', { job_ids: [id, other] });
    const done = { is_success: 'true', message: 'The job is successfully deleted.' };
    expect([answer.status, answer.body]).toEqual([200, [done, done]]);
    for (const one of [id, other]) {
      const gone = await client.call('GET', `/streaming/jobs/${one}`);
      expect([gone.status, gone.body]).toEqual([400, { error_code: 'DLI.16001', error_msg: 'The job does not exist.' }]);
    }
  });

  it('stops a running job first', async () => {
    await change(id, { status: 'job_running', desired: 'running', hadState: true });
    const answer = await client.call('DELETE', `/streaming/jobs/${id}`);
    expect([answer.status, answer.body]).toEqual([200, { is_success: 'true', message: 'The job is successfully deleted.' }]);
    expect([await requestOf(id), await statusOf(id)]).toEqual([{ kind: 'delete', deleteSnapshots: false }, 'job_canceling']);
    const again = await client.call('DELETE', `/streaming/jobs/${id}`);
    expect([again.status, again.body.error_code]).toEqual([400, 'DLI.0007']);
  });
});

describe('savepoints', () => {
  const save = (body: unknown) => client.call('POST', `/streaming/jobs/${id}/savepoint`, body);

  it('triggers one below the folder given, with the text of the real service', async () => {
    await change(id, { status: 'job_running', desired: 'running' });
    const answer = await save({ action: 'TRIGGER', savepoint_path: 'bucket/sp/' });
    expect([answer.status, answer.body.is_success]).toEqual([200, 'true']);
    expect(JSON.parse(answer.body.message)).toEqual({ is_success: 'true', message: 'api.msg.deal_savepoint_success' });
    expect(await requestOf(id)).toEqual({ kind: 'trigger-savepoint', path: 'obs://bucket/sp' });
    expect(await statusOf(id)).toBe('job_savepointing');
  });

  it('refuses another action, no path, a path that is none, and a job that does not run', async () => {
    for (const body of [{ action: 'DROP', savepoint_path: 'bucket/sp' }, { action: 'TRIGGER' }, { savepoint_path: 'bucket/sp' }]) {
      expect((await save(body)).body.error_code).toBe('DLI.0001');
    }
    expect((await save({ action: 'TRIGGER', savepoint_path: 'bucket/../x' })).body.error_code).toBe('DLI.0001');
    expect((await save({ action: 'TRIGGER', savepoint_path: 'bucket/sp' })).body.error_code).toBe('DLI.0007');
    expect(await requestOf(id)).toBeNull();
  });

  const FOUND: FoundSnapshot = {
    name: 'sp-1',
    kind: 'savepoint',
    engine: 'embedded',
    path: 'obs://bucket/sp/1',
    checkpointId: 1,
    createdMs: 1,
    durationMs: 1,
    sizeBytes: 1,
    parallelism: 1,
    keyGroups: 128,
    recordsIn: 1,
    recordsOut: 1,
    positions: [],
    sqlSha256: null,
  };
  const importAt = (body: unknown) => client.call('POST', `/streaming/jobs/${id}/import-savepoint`, body);

  it("imports as the job's newest savepoint, its id as a number or a text", async () => {
    fixture.found = FOUND;
    const answer = await importAt({ job_id: String(id), savepoint_path: 'bucket/sp/1' });
    expect([answer.status, answer.body.is_success]).toEqual([200, 'true']);
    const { job_detail } = (await client.call('GET', `/streaming/jobs/${id}`)).body;
    expect([job_detail.has_savepoint, job_detail.savepoint_path]).toEqual([true, 'obs://bucket/sp/1']);
  });

  it('refuses a folder without a snapshot, and two different ids', async () => {
    const none = await importAt({ job_id: id, savepoint_path: 'bucket/none/' });
    expect([none.status, none.body]).toEqual([400, { error_code: 'DLI.0007', error_msg: 'No snapshot here.' }]);
    expect((await importAt({ job_id: id + 1, savepoint_path: 'bucket/sp/1' })).body.error_code).toBe('DLI.0001');
  });

  it.each([
    { failing: 'belongs-to-job', status: 200 },
    { failing: 'fits-sql', status: 400 },
    { failing: 'positions-held', status: 400 },
  ] as const)('answers $status where the check $failing fails', async ({ failing, status }) => {
    const real = fixture.context.previews;
    const previewImport: typeof real.previewImport = async (jobId, path) => {
      const { preview } = await real.previewImport(jobId, path);
      const checks = preview.checks.map((check) =>
        check.check === failing ? { ...check, result: 'fail' as const, message: 'Not so.' } : check,
      );
      return { found: FOUND, preview: { ...preview, checks, canImport: 'with-name', sentence: 'Not so.' } };
    };
    fixture.found = FOUND;
    const changed = { ...fixture.context, previews: { ...real, previewImport } };
    const original = fixture.context;
    fixture.context = changed;
    const answer = await importAt({ job_id: id, savepoint_path: 'bucket/sp/1' });
    fixture.context = original;
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.error_msg).toContain('Nothing was imported');
    expect(await fixture.context.database.snapshot.count({ where: { jobId: id } })).toBe(status === 200 ? 1 : 0);
  });
});

describe('execution graph', () => {
  const graph = () => client.call('GET', `/streaming/jobs/${id}/execute-graph`);
  const addRun = (data: Record<string, unknown>) =>
    fixture.context.database.run.create({
      data: {
        jobId: id,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'embedded',
        parallelism: 1,
        start: 'empty',
        startedAt: new Date(5_000),
        ...data,
      },
    });

  it('refuses before the first run', async () => {
    const { status, body } = await graph();
    expect([status, body.error_code]).toEqual([400, 'DLI.0007']);
    expect(body.error_msg).toContain('has not run yet');
  });

  it('tells an open run with -1 as its end', async () => {
    await change(id, { status: 'job_running', desired: 'running' });
    const made = await addRun({ runningAt: new Date(6_000) });
    const { body } = await graph();
    expect([body.is_success, body.message]).toEqual(['true', 'The job execution stream graph is successfully queried.']);
    expect(body.execute_graph).toEqual({
      jid: made.id.replaceAll('-', ''),
      name: expect.stringMatching(/^job-/),
      isStoppable: true,
      state: 'RUNNING',
      'start-time': 5_000,
      'end-time': -1,
      duration: fixture.clock.nowMs() - 5_000,
    });
  });

  it.each([
    { job: { status: 'job_submitting', desired: 'running' }, run: {}, state: 'INITIALIZING' },
    { job: { status: 'job_canceling', desired: 'stopped' }, run: { runningAt: new Date(6_000) }, state: 'CANCELLING' },
    { job: { status: 'job_cancel_success' }, run: { endedAt: new Date(9_000), endCause: 'stopped' }, state: 'CANCELED' },
    { job: { status: 'job_finish' }, run: { endedAt: new Date(9_000), endCause: 'finished' }, state: 'FINISHED' },
    { job: { status: 'job_running_exception' }, run: { endedAt: new Date(9_000), endCause: 'failed' }, state: 'FAILED' },
    {
      job: { status: 'job_running_exception', desired: 'running' },
      run: { endedAt: new Date(9_000), endCause: 'failed' },
      state: 'RESTARTING',
    },
  ])("says $state in Flink's words", async ({ job, run: data, state }) => {
    await change(id, job);
    await addRun(data);
    const { execute_graph } = (await graph()).body;
    expect(execute_graph.state).toBe(state);
    if (['CANCELED', 'FINISHED', 'FAILED'].includes(state)) {
      expect([execute_graph['end-time'], execute_graph.duration, execute_graph.isStoppable]).toEqual([9_000, 4_000, false]);
    } else expect(execute_graph['end-time']).toBe(-1);
  });
});
