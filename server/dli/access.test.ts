/** Who may call: signatures, dates, repetitions, tokens, projects, and rights on the job itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashToken } from '../auth/token.ts';
import { ConsoleFixture } from '../http/console-fixture.ts';
import { answerOf, DliClient } from './dli-fixture.ts';

let fixture: ConsoleFixture;
let ann: DliClient;
let ben: DliClient;
let annCookie: string;
let jobId: number;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  const first = await fixture.addUser('ann');
  const second = await fixture.addUser('ben');
  annCookie = first.browser.cookie;
  ann = await DliClient.of(fixture, first.id);
  ben = await DliClient.of(fixture, second.id);
  const made = await ann.call('POST', '/streaming/sql-jobs', { name: 'secret-job' });
  jobId = made.body.job.job_id;
});
afterAll(() => fixture.close());
beforeEach(() => {
  fixture.clock.nowValue += 60_000;
});

const refusedFor = async (request: Request) => {
  const { status, body, headers } = await answerOf(fixture, request);
  expect(body.request_id).toBe(headers.get('x-request-id'));
  return [status, body.error_code, body.error_msg];
};
const PREFIX = 'Incorrect IAM authentication information: ';

describe('authentication', () => {
  it('refuses no credentials, a session, an unknown key, a wrong secret', async () => {
    const url = `http://127.0.0.1:3000/v1.0/${fixture.projectId}/streaming/jobs`;
    expect(await refusedFor(new Request(url))).toEqual([401, 'APIGW.0301', `${PREFIX}x-auth-token not found`]);
    expect((await refusedFor(new Request(url, { headers: { cookie: annCookie } })))[1]).toBe('APIGW.0301');
    const unknown = new DliClient(fixture, 'NOSUCHKEY', ann.secretKey).signed('GET', '/streaming/jobs');
    expect(await refusedFor(unknown)).toEqual([401, 'APIGW.0301', `${PREFIX}verify aksk signature fail, there is no such access key`]);
    const wrong = await refusedFor(ann.signed('GET', '/streaming/jobs', undefined, ben.secretKey));
    expect(wrong).toEqual([401, 'APIGW.0301', `${PREFIX}verify aksk signature fail, the signature does not fit the request`]);
    expect((await ann.call('GET', '/streaming/jobs')).status).toBe(200);
  });

  it('refuses a date 15 minutes off, and not one less off', async () => {
    const request = ann.signed('GET', '/streaming/jobs');
    fixture.clock.nowValue += 900_000;
    expect((await answerOf(fixture, request.clone())).status).toBe(200);
    fixture.clock.nowValue += 1_000;
    expect((await refusedFor(request))[2]).toContain('signature expired');
  });

  it('takes a recorded write once, a read again', async () => {
    const write = ann.signed('PUT', `/streaming/sql-jobs/${jobId}`, { desc: 'recorded' });
    const read = ann.signed('GET', `/streaming/jobs/${jobId}`);
    expect((await answerOf(fixture, write.clone())).status).toBe(200);
    expect((await answerOf(fixture, read.clone())).status).toBe(200);
    fixture.clock.nowValue += 30_000;
    expect((await refusedFor(write))[2]).toContain('the same request was received before');
    expect((await answerOf(fixture, read)).status).toBe(200);
  });

  it('locks a key after five wrong signatures in a row, for five minutes', async () => {
    const wrong = () => answerOf(fixture, ben.signed('GET', '/streaming/jobs', undefined, 'wrong'));
    for (let turn = 0; turn < 4; turn++) await wrong();
    expect((await ben.call('GET', '/streaming/jobs')).status).toBe(200);
    for (let turn = 0; turn < 5; turn++) await wrong();
    expect((await refusedFor(ben.signed('GET', '/streaming/jobs')))[2]).toContain('locked');
    fixture.clock.nowValue += 300_000;
    expect((await ben.call('GET', '/streaming/jobs')).status).toBe(200);
  });

  it('takes an API token, and refuses one that has ended', async () => {
    const { id: userId } = await fixture.context.database.user.findUniqueOrThrow({ where: { email: 'ann@example.org' } });
    const expiresAt = new Date(fixture.clock.nowMs() + 1_000);
    await fixture.context.database.apiToken.create({
      data: { userId, name: 't', prefix: 'tmk_test', tokenHash: hashToken('tmk_test-token'), expiresAt },
    });
    const url = `http://127.0.0.1:3000/v1.0/${fixture.projectId}/streaming/jobs/${jobId}`;
    const request = () => new Request(url, { headers: { 'x-auth-token': 'tmk_test-token' } });
    expect((await answerOf(fixture, request())).body.job_detail.name).toBe('secret-job');
    fixture.clock.nowValue += 1_000;
    expect(await refusedFor(request())).toEqual([401, 'APIGW.0301', `${PREFIX}decrypt token fail`]);
  });

  it('refuses another project in the path or in X-Project-Id', async () => {
    const own = fixture.projectId;
    fixture.projectId = 'f'.repeat(32);
    const elsewhere = ann.signed('GET', '/streaming/jobs');
    fixture.projectId = own;
    expect((await refusedFor(elsewhere)).slice(0, 2)).toEqual([403, 'APIGW.0302']);
  });

  it('answers unknown paths and methods as the gateway does', async () => {
    for (const [method, path] of [
      ['GET', '/streaming/nothing'],
      ['PATCH', '/streaming/jobs'],
      ['GET', '/queues'],
    ] as const) {
      expect((await refusedFor(ann.signed(method, path))).slice(0, 2)).toEqual([404, 'APIG.0101']);
    }
  });
});

describe('rights', () => {
  const ACTS: readonly { readonly method: string; readonly path: string; readonly body?: (id: number) => unknown }[] = [
    { method: 'GET', path: '/streaming/jobs/{id}' },
    { method: 'GET', path: '/streaming/jobs/{id}/execute-graph' },
    { method: 'PUT', path: '/streaming/sql-jobs/{id}', body: () => ({ desc: 'mine' }) },
    { method: 'PUT', path: '/streaming/flink-jobs/{id}', body: () => ({ desc: 'mine' }) },
    { method: 'DELETE', path: '/streaming/jobs/{id}' },
    { method: 'POST', path: '/streaming/jobs/{id}/savepoint', body: () => ({ action: 'TRIGGER', savepoint_path: 'bucket/sp/' }) },
    { method: 'POST', path: '/streaming/jobs/{id}/import-savepoint', body: (id) => ({ job_id: id, savepoint_path: 'bucket/sp/' }) },
    { method: 'POST', path: '/streaming/jobs/run', body: (id) => ({ job_ids: [id] }) },
    { method: 'POST', path: '/streaming/jobs/stop', body: (id) => ({ job_ids: [id] }) },
    { method: 'POST', path: '/streaming/jobs/delete', body: (id) => ({ job_ids: [id] }) },
  ];

  it.each(ACTS)("$method $path of another user's job answers as for one that does not exist", async ({ method, path, body }) => {
    for (const id of [jobId, 424242, 9_000_000_000]) {
      const { status, body: answer } = await ben.call(method, path.replace('{id}', String(id)), body?.(id));
      const error = Array.isArray(answer) ? answer[0] : answer;
      expect([id, status, error.error_code, error.error_msg]).toEqual([id, 400, 'DLI.16001', 'The job does not exist.']);
    }
    expect((await ann.call('GET', `/streaming/jobs/${jobId}`)).status).toBe(200);
  });

  it('lists only what the caller may see, and refuses what was not granted', async () => {
    expect((await ben.call('GET', '/streaming/jobs')).body.job_list).toEqual({ total_count: 0, jobs: [] });
    const { id: userId } = await fixture.context.database.user.findUniqueOrThrow({ where: { email: 'ben@example.org' } });
    await fixture.context.database.jobPermission.create({ data: { jobId, userId, canView: true, rightsJson: '["view"]' } });
    expect((await ben.call('GET', '/streaming/jobs')).body.job_list.total_count).toBe(1);
    const refused = await ben.call('POST', '/streaming/jobs/delete', { job_ids: [jobId] });
    expect([refused.status, refused.body[0].error_code]).toEqual([400, 'DLI.0003']);
  });
});
