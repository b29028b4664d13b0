/** Global variables over the API: who may change them, what a change says of running jobs, where they are checked, what archives say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlannerThread } from '../services/planner-thread.ts';
import { plannerWithVariables } from '../services/planner-with-variables.ts';
import { readVariables } from '../variables/read-variables.ts';
import { type Browser, ConsoleFixture, ORIGIN } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

const SQL = `CREATE TABLE s (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '{{rows}}');
CREATE TABLE d (a INT) WITH ('connector' = 'blackhole');
INSERT INTO d SELECT a FROM s WHERE a > {{least}};`;

let fixture: ConsoleFixture;
let admin: Browser;
let member: Browser;
const thread = new PlannerThread();
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
  member = (await fixture.addUser('eva')).browser;
  const planner = plannerWithVariables(thread, () => readVariables(fixture.context.database, fixture.projectId));
  fixture.context = { ...fixture.context, planner };
});
afterAll(async () => {
  await thread.close();
  await fixture.close();
});

const audits = async () => {
  const rows = await fixture.context.database.auditEntry.findMany({ where: { objectType: 'global-variable' }, orderBy: { id: 'asc' } });
  return rows.map((row) => [row.action, row.result, row.beforeJson, row.afterJson]);
};

describe('global variables', () => {
  let jobId = 0;

  it('are checked in SQL at the place where they are written, and planned with their values', async () => {
    const check = async () => (await member.call('POST', '/sql/check', { sql: SQL })).body;
    expect((await check()).marks).toMatchObject([
      { line: 1, column: 75, message: expect.stringContaining('no global variable rows') },
      { line: 3, column: 41, message: expect.stringContaining('no global variable least') },
    ]);
    expect((await member.call('POST', '/variables', { name: 'rows', value: '3' })).status).toBe(403);
    const rows = await admin.call('POST', '/variables', { name: 'rows', value: '3', description: 'How many' });
    expect([rows.status, rows.body.updatedBy, rows.body.usedBy]).toEqual([201, 'ada', 0]);
    expect((await admin.call('POST', '/variables', { name: 'rows', value: '4' })).body.error.code).toBe('name-taken');
    expect((await admin.call('POST', '/variables', { name: 'a b', value: '4' })).status).toBe(400);
    expect((await admin.call('POST', '/variables', { name: 'x', value: 'a\nb' })).status).toBe(400);
    await admin.call('POST', '/variables', { name: 'least', value: 'oops' });
    expect((await check()).marks).toMatchObject([{ line: 3, column: 41, endColumn: 50, message: expect.stringContaining('{{least}}') }]);
    const { variables } = (await member.call('GET', '/variables')).body;
    const least = variables.find((one: { name: string }) => one.name === 'least');
    await admin.call('PATCH', `/variables/${least.id}`, { value: '0' });
    expect(await check()).toMatchObject({ isRight: true, marks: [] });
  });

  it('tell which running jobs were started with another value', async () => {
    const { database } = fixture.context;
    jobId = (await member.call('POST', '/jobs', { name: 'counts', sql: SQL })).body.job.id;
    await database.run.create({
      data: {
        jobId,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'embedded',
        parallelism: 1,
        start: 'empty',
        startedAt: new Date(),
        variablesJson: JSON.stringify({ rows: '3', least: '0' }),
      },
    });
    await database.job.update({ where: { id: jobId }, data: { runningVersion: 1 } });
    const { variables } = (await member.call('GET', '/variables')).body;
    const rows = variables.find((one: { name: string }) => one.name === 'rows');
    expect([rows.usedBy, rows.stale]).toEqual([1, 0]);
    const changed = await admin.call('PATCH', `/variables/${rows.id}`, { value: '5' });
    const stale = [{ jobId, name: 'counts', isRunning: true, runningValue: '3', isStale: true }];
    expect(changed.body).toMatchObject({ variable: { value: '5', stale: 1 }, stale });
    expect((await member.call('GET', `/variables/${rows.id}/jobs`)).body).toEqual({ jobs: stale, hidden: 0 });
    const stranger = (await fixture.addUser('olga')).browser;
    expect((await stranger.call('GET', `/variables/${rows.id}/jobs`)).body).toEqual({ jobs: [], hidden: 1 });
    expect((await member.call('GET', `/jobs/${jobId}/runs`)).body.items[0].variables).toEqual({ rows: '3', least: '0' });
    const refused = await admin.call('DELETE', `/variables/${rows.id}`);
    expect([refused.status, refused.body.error.message]).toEqual([409, '1 job names rows: counts. Change them first.']);
    expect((await audits()).filter(([action]) => action === 'updateGlobalVariable').at(-1)).toEqual([
      'updateGlobalVariable',
      'done',
      '{"value":"3","description":"How many"}',
      `{"value":"5","description":"How many","runningWithAnother":[${jobId}]}`,
    ]);
    expect((await audits()).at(-1)).toEqual(['deleteGlobalVariable', 'refused', null, null]);
  });

  it('are named in an archive, and an import says which are not there', async () => {
    const response = await dispatch(fixture.context, member.request('POST', '/jobs/export', { jobIds: [jobId] }));
    const zip = Uint8Array.from(new Uint8Array(await response.arrayBuffer()));
    const other = await ConsoleFixture.open();
    try {
      const eve = (await other.addUser('eve', 'admin')).browser;
      await eve.call('POST', '/variables', { name: 'least', value: '1' });
      const headers = { cookie: eve.cookie, origin: ORIGIN, host: '127.0.0.1:3000', 'content-type': 'application/zip' };
      const answer = await other.send(new Request(`${ORIGIN}/api/v1/jobs/import?dryRun=true`, { method: 'POST', headers, body: zip }));
      expect(answer.body.results[0].warnings).toEqual(['Global variables are not here. Make them before the start: rows.']);
    } finally {
      await other.close();
    }
  });

  it('go when no job names them any more', async () => {
    await member.call('POST', '/jobs/delete', { jobs: [{ jobId, typedName: 'counts' }] });
    await fixture.context.database.job.update({ where: { id: jobId }, data: { deletedAt: new Date() } });
    const { variables } = (await member.call('GET', '/variables')).body;
    for (const { id } of variables) expect((await admin.call('DELETE', `/variables/${id}`)).status).toBe(200);
    expect((await member.call('GET', '/variables')).body).toEqual({ variables: [] });
  });
});
