/** A Flink cluster among the connections is a queue: jobs choose it, names do not collide, its use keeps it from deletion, its secret stays in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFlinkCluster } from '../connections/flink-clusters.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
});
afterAll(() => fixture.close());

const CONFIG = {
  kind: 'flink',
  jobManagerUrl: 'https://flink.example:8081',
  gatewayUrl: 'https://flink.example:8083',
  authentication: 'basic',
  username: 'u',
  headers: { 'x-tenant': 'a' },
} as const;

describe('a Flink cluster', () => {
  it('is a queue of its name, with its sign-in for the supervisor alone', async () => {
    const made = await admin.call('POST', '/connections', { name: 'big', config: CONFIG, secret: 'canary-1' });
    expect(made).toMatchObject({ status: 201, body: { address: CONFIG.jobManagerUrl } });
    const { queues } = (await admin.call('GET', '/queues')).body;
    const { jobManagerUrl, gatewayUrl } = CONFIG;
    expect(queues).toContainEqual({
      name: 'big',
      description: '',
      engine: 'flink',
      jobManagerUrl,
      gatewayUrl,
      cus: null,
      usedCus: 0,
      runningJobs: 0,
    });
    expect(JSON.stringify([made.body, queues])).not.toContain('canary');
    const found = await findFlinkCluster(fixture.context.database, fixture.context.masterKey, fixture.projectId, 'big');
    expect([found?.secret?.reveal(), found?.username, found?.headers]).toEqual(['canary-1', 'u', { 'x-tenant': 'a' }]);
    expect(await findFlinkCluster(fixture.context.database, fixture.context.masterKey, fixture.projectId, 'default')).toBe(null);
  });

  it('shares its name with no queue', async () => {
    expect((await admin.call('POST', '/connections', { name: 'default', config: CONFIG })).body.error.code).toBe('name-taken');
    const queue = { name: 'big', engine: 'flink', gatewayUrl: 'http://a.example', jobManagerUrl: 'http://b.example' };
    expect((await admin.call('POST', '/queues', queue)).body.error.code).toBe('name-taken');
  });

  it('does not take a header that signs in or steers the request', async () => {
    for (const name of ['Authorization', 'cookie', 'Host', 'Transfer-Encoding', 'bad name']) {
      expect((await admin.call('POST', '/connections', { name: 'x', config: { ...CONFIG, headers: { [name]: 'v' } } })).status).toBe(400);
    }
    expect((await admin.call('POST', '/connections', { name: 'x', config: { ...CONFIG, headers: { a: 'b\r\nc: d' } } })).status).toBe(400);
  });

  it('is kept while jobs have it as their queue', async () => {
    const job = (await admin.call('POST', '/jobs', { name: 'on-flink', type: 'flink_opensource_sql_job', options: { queueName: 'big' } }))
      .body.job;
    expect(job).toMatchObject({ queueName: 'big' });
    const none = await admin.call('POST', '/jobs', { name: 'nowhere', type: 'flink_opensource_sql_job', options: { queueName: 'small' } });
    expect(none.body.error.code).toBe('queue-not-found');
    const { id, usedBy } = (await admin.call('GET', '/connections')).body.connections[0];
    expect(usedBy).toBe(1);
    expect((await admin.call('DELETE', `/connections/${id}`)).body.error).toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('on-flink'),
    });
  });

  it('makes errors of this engine doubts in the check of SQL, for Flink plans it itself', async () => {
    const body = { sql: "CREATE FUNCTION f AS 'com.example.F'; INSERT INTO t SELECT 1;", options: { queueName: 'big' } };
    const problem = {
      message: 'CREATE FUNCTION is not known.',
      span: { start: 0, end: 6 },
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 7,
      replacement: null,
    };
    fixture.planned = { kind: 'refused', problems: [problem] };
    const checked = (await admin.call('POST', '/sql/check', body)).body;
    expect(checked.isRight).toBe(true);
    expect(checked.marks.length).toBeGreaterThan(0);
    expect(checked.marks.every((mark: { severity: string }) => mark.severity === 'warning')).toBe(true);
    expect((await admin.call('POST', '/sql/check', { ...body, options: {} })).body.isRight).toBe(false);
  });
});
