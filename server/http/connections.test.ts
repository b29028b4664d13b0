/** Connections: secrets go in and stay in, are sent nowhere else, tables get them at planning and running, use keeps them from deletion. */
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedIn, readConnections } from '../connections/read-connections.ts';
import { CONNECTOR_NAMES, connectorOf } from '../engine/connectors/registry.ts';
import { planScript } from '../engine/planner/plan-script.ts';
import type { ConnectionSet } from '../engine/runtime/wire.ts';
import { withConnections } from '../engine/runtime/with-connections.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
});
afterAll(() => fixture.close());

const CONFIG = { kind: 'kafka', bootstrapServers: 'broker.example:9093', securityProtocol: 'SASL_SSL', username: 'u' } as const;
const table = (more: string) =>
  `CREATE TABLE s (a INT) WITH ('connector'='kafka','connection'='prod','topic'='t','format'='json','scan.startup.mode'='earliest-offset'${more});
   CREATE TABLE d (a INT) WITH ('connector'='blackhole'); INSERT INTO d SELECT a FROM s;`;

function plan(sql: string, connections: ConnectionSet) {
  const connected = withConnections(connectorOf, connections, new Map());
  return planScript({
    sql,
    settings: {},
    connectorOf: connected,
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'refuse',
    allowLocalFiles: false,
  });
}

describe('connections', () => {
  it('keep their secret: it is sealed, never told, and asked for again when it would go elsewhere', async () => {
    const made = await admin.call('POST', '/connections', { name: 'prod', config: CONFIG, secret: 'canary"1' });
    expect(made).toMatchObject({ status: 201, body: { name: 'prod', address: 'broker.example:9093', usedBy: 0 } });
    const { id } = made.body;
    const stored = await fixture.context.database.connection.findUniqueOrThrow({ where: { id } });
    const audit = await fixture.context.database.auditEntry.findMany({ where: { objectType: 'connection' } });
    expect(JSON.stringify([made.body, stored, audit, (await admin.call('GET', '/connections')).body])).not.toContain('canary');
    expect(audit).toMatchObject([{ result: 'done', objectId: id }]);
    const moved = await admin.call('PATCH', `/connections/${id}`, { config: { ...CONFIG, bootstrapServers: 'evil.example:9093' } });
    expect(moved).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('give the secret again') } } });
    const tested = await admin.call('POST', '/connections/test', { id, config: { ...CONFIG, bootstrapServers: 'evil.example:9093' } });
    expect(tested.status).toBe(400);
    expect((await admin.call('PATCH', `/connections/${id}`, { description: 'x', config: { ...CONFIG, username: 'v' } })).status).toBe(200);
    const member = (await fixture.addUser('mo')).browser;
    expect((await member.call('POST', '/connections', { name: 'mine', config: CONFIG })).status).toBe(403);
    expect((await member.call('GET', '/connections')).body.connections).toHaveLength(1);
    expect((await admin.call('POST', '/connections', { name: 'prod', config: CONFIG })).body.error.code).toBe('name-taken');
  });

  it('send no secret where it was not given for when two people change one at once', async () => {
    const { id } = (await admin.call('POST', '/connections', { name: 'two', config: CONFIG, secret: 'canary-old' })).body;
    const elsewhere = { config: { ...CONFIG, bootstrapServers: 'other.example:9093' }, secret: 'canary-new' };
    const answers = await Promise.all([
      admin.call('PATCH', `/connections/${id}`, elsewhere),
      admin.call('PATCH', `/connections/${id}`, { config: { ...CONFIG, username: 'w' } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.error.code).toBe('version-conflict');
    await admin.call('DELETE', `/connections/${id}`);
  });

  it('give tables their options; a plan holds the name only, and a table may not point the secret elsewhere', async () => {
    const sql = table('');
    const set = await readConnections(fixture.context.database, fixture.context.masterKey, fixture.projectId, namedIn(sql));
    expect(set.prod?.options['properties.sasl.jaas.config']).toContain('username="v" password="canary\\"1"');
    const planned = plan(sql, set);
    expect(planned.kind).toBe('planned');
    expect(JSON.stringify(planned)).not.toContain('canary');
    expect(JSON.stringify(planned)).toContain('"connection":"prod"');
    for (const option of ["'properties.bootstrap.servers'='evil.example:9092'", "'properties.ssl.endpoint.identification.algorithm'=''"]) {
      expect(plan(table(`,${option}`), set)).toMatchObject({
        kind: 'refused',
        problems: [{ message: expect.stringContaining("comes from the connection 'prod'") }],
      });
    }
    expect(plan(sql, {})).toMatchObject({ kind: 'refused', problems: [{ message: "There is no connection 'prod'; there is none yet." }] });
    expect(plan(sql.replaceAll("'kafka'", "'filesystem'"), set)).toMatchObject({ kind: 'refused' });
  });

  it('cannot be deleted while a job uses them, and tell which', async () => {
    const { id } = (await admin.call('GET', '/connections')).body.connections[0];
    const job = (await admin.call('POST', '/jobs', { name: 'uses', sql: table('') })).body.job;
    expect((await admin.call('GET', `/connections/${id}/jobs`)).body).toEqual({
      jobs: [{ jobId: job.id, name: 'uses', isRunning: false }],
      hidden: 0,
    });
    const member = (await fixture.addUser('bo')).browser;
    expect((await member.call('GET', `/connections/${id}/jobs`)).body).toEqual({ jobs: [], hidden: 1 });
    expect((await admin.call('DELETE', `/connections/${id}`)).body.error).toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('uses'),
    });
    await admin.call('PATCH', `/jobs/${job.id}`, { baseVersion: 1, sql: 'SELECT 1' });
    expect((await admin.call('DELETE', `/connections/${id}`)).status).toBe(200);
  });

  it('are tested step by step, by the address policy', async () => {
    const server: Server = createServer((socket) => socket.on('data', () => socket.destroy()).on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const config = { kind: 'postgresql', host: '127.0.0.1', port, database: 'd', username: 'u' } as const;
    const test = (await admin.call('POST', '/connections/test', { config, secret: 'canary2' })).body;
    expect(test.steps.map((step: { step: string; result: string }) => `${step.step} ${step.result}`)).toEqual([
      'name-found pass',
      'connected pass',
      'signed-in fail',
      'listed not-run',
    ]);
    expect(test).toMatchObject({ isGood: false, sentence: expect.stringMatching(/^Connected, but not signed in\./) });
    const metadata = { kind: 'object-store', endpoint: 'http://169.254.169.254', bucket: 'abc', accessKey: 'k' } as const;
    const refused = (await admin.call('POST', '/connections/test', { config: metadata, secret: 's' })).body;
    expect(refused.steps[0]).toMatchObject({ step: 'name-found', result: 'fail', message: expect.stringContaining('metadata') });
    server.close();
  });
});
