/** Alarms end to end: rules over recorded facts, one grouped message, retry, recovery, silence; secrets stay in; SMTP and webhooks over real sockets. */
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertContext } from '../alerts/context.ts';
import { evaluateAlarms } from '../alerts/evaluate.ts';
import { sendDue } from '../alerts/outbox.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
let alerts: AlertContext;
let hook: Server;
const received: { body: { id: string; alarms: { transition: string; jobName: string; ruleName: string }[] }; signature: string }[] = [];
let answer = 200;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
  const { database, clock, masterKey } = fixture.context;
  alerts = { database, clock, masterKey, dialer: async () => createDialer({ allowPrivateAddresses: true }), log: () => {} };
  hook = createHttpServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      received.push({ body: JSON.parse(text), signature: String(request.headers['x-tidemark-signature']) });
      response.writeHead(answer).end('taken');
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  hook.close();
  await fixture.close();
});

const hookUrl = () => `http://127.0.0.1:${(hook.address() as AddressInfo).port}/canary`;
const pass = (seconds: number) => {
  fixture.clock.nowValue += seconds * 1000;
};
async function round(): Promise<void> {
  await evaluateAlarms(alerts);
  pass(11);
  await sendDue(alerts);
}
const told = () => received.splice(0).map((one) => one.body.alarms.map((item) => `${item.transition} ${item.jobName}`).sort());

async function makeRunningJob(name: string, options: object = {}): Promise<number> {
  const { id } = (await admin.call('POST', '/jobs', { name, sql: 'SELECT 1', options })).body.job;
  await fixture.context.database.job.update({ where: { id }, data: { status: 'job_running', desired: 'running', lagRecords: 0n } });
  return id;
}
async function fail(jobId: number): Promise<void> {
  const data = { jobId, at: new Date(fixture.clock.nowMs()), kind: 'exception', level: 'error', message: 'boom' };
  await fixture.context.database.jobEvent.create({ data });
}

describe('alarms', () => {
  let channelId = '';
  let jobA = 0;
  let jobB = 0;

  it('have channels whose secrets are never told, with a test that shows the answer', async () => {
    const target = { kind: 'webhook', url: hookUrl(), secret: 'canary-secret' };
    const made = await admin.call('POST', '/alarms/channels', { name: 'ops', target });
    expect(made).toMatchObject({ status: 201, body: { name: 'ops', target: { kind: 'webhook', hasSecret: true } } });
    channelId = made.body.id;
    const rows = await fixture.context.database.alarmChannel.findMany();
    const audit = await fixture.context.database.auditEntry.findMany({ where: { objectType: 'alarm-channel' } });
    expect(JSON.stringify([made.body, (await admin.call('GET', '/alarms/channels')).body, rows, audit])).not.toContain('canary');
    expect((await admin.call('POST', `/alarms/channels/${channelId}/test`)).body).toMatchObject({
      isDelivered: true,
      message: expect.stringContaining('200: taken'),
    });
    expect(received.splice(0)[0]?.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
  });

  it('group what fires together, try again until it is taken, under one id', async () => {
    jobA = await makeRunningJob('a');
    jobB = await makeRunningJob('b');
    await evaluateAlarms(alerts);
    const rule = { name: 'failed', condition: { kind: 'exception' }, channelIds: [channelId] };
    expect((await admin.call('POST', '/alarms/rules', rule)).status).toBe(201);
    await fail(jobA);
    await fail(jobA);
    await fail(jobB);
    answer = 500;
    await round();
    answer = 200;
    const first = received.splice(0);
    pass(60);
    await sendDue(alerts);
    const second = received.splice(0);
    expect(second.map((one) => one.body.alarms.map((item) => `${item.transition} ${item.jobName}`).sort())).toEqual([
      ['fired a', 'fired b'],
    ]);
    expect(second[0]?.body.id).toBe(first[0]?.body.id);
    pass(3600);
    await round();
    expect(told()).toEqual([]);
    const listed = (await admin.call('GET', '/alarms?state=firing')).body;
    expect(listed.items.map((alarm: { jobName: string; count: number }) => `${alarm.jobName} ${alarm.count}`).sort()).toEqual([
      'a 2',
      'b 1',
    ]);
    expect(listed.items[0].sentTo).toMatchObject([{ channelName: 'ops', transition: 'fired', status: 'delivered', attempts: 2 }]);
  });

  it('recover when the job has run for a while, and say so once', async () => {
    const { database } = fixture.context;
    const startedAt = new Date(fixture.clock.nowMs());
    await database.run.create({
      data: {
        jobId: jobA,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'embedded',
        parallelism: 1,
        start: 'empty',
        startedAt,
        runningAt: startedAt,
      },
    });
    await round();
    expect(told()).toEqual([]);
    pass(60);
    await round();
    expect(told()).toEqual([['recovered a']]);
    await round();
    expect(told()).toEqual([]);
    expect((await admin.call('GET', `/alarms?jobId=${jobA}`)).body.items).toMatchObject([{ state: 'resolved', resolution: 'Recovered.' }]);
  });

  it('wait for their span, keep quiet under a silence and speak at its end', async () => {
    const { database } = fixture.context;
    const condition = { kind: 'lag', overRecords: 10, forSeconds: 300 };
    await admin.call('POST', '/alarms/rules', { name: 'lag', condition, channelIds: [channelId], scope: { jobIds: [jobA], tag: null } });
    await database.job.update({ where: { id: jobA }, data: { lagRecords: 11n } });
    await round();
    pass(200);
    await round();
    expect(told()).toEqual([]);
    await admin.call('POST', '/alarms/silences', { jobId: jobA, minutes: 10, reason: 'work' });
    pass(100);
    await round();
    expect(told()).toEqual([]);
    expect((await admin.call('GET', `/alarms?state=firing&jobId=${jobA}`)).body.items).toMatchObject([
      { isSilenced: true, detail: 'lag 11 > 10 records' },
    ]);
    pass(600);
    await round();
    expect(told()).toEqual([['fired a']]);
    await database.job.update({ where: { id: jobA }, data: { lagRecords: 10n } });
    await round();
    expect(told()).toEqual([['recovered a']]);
  });

  it("send a job's own Alarm on Job Exception to the channel its topic names", async () => {
    const rules = (await admin.call('GET', '/alarms/rules')).body.rules as { id: string }[];
    for (const rule of rules) await admin.call('DELETE', `/alarms/rules/${rule.id}`);
    await round();
    received.splice(0);
    const id = await makeRunningJob('own', { alarmEnabled: true, smnTopic: 'ops' });
    await fail(id);
    await fail(jobB);
    await round();
    expect(told()).toEqual([['fired own']]);
    expect((await admin.call('DELETE', `/alarms/channels/${channelId}`)).status).toBe(200);
  });

  it('go by mail, with nothing in the texts becoming a command, and no password in the clear', async () => {
    const lines: string[] = [];
    let isInData = false;
    const server = createServer((socket) => {
      socket.write('220 hi\r\n');
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\r\n').slice(0, -1)) {
          lines.push(line);
          if (isInData && line !== '.') continue;
          isInData = line === 'DATA';
          if (line.startsWith('EHLO')) socket.write('250-x\r\n250 AUTH PLAIN\r\n');
          else socket.write(isInData ? '354 go\r\n' : '250 ok\r\n');
        }
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const common = { kind: 'email', host: '127.0.0.1', port, user: 'u', password: 'canary', from: 'a@example.org', to: ['b@example.org'] };
    const made = await admin.call('POST', '/alarms/channels', { name: 'mail\r\n.\r\nQUIT', target: { ...common, security: 'none' } });
    expect((await admin.call('POST', `/alarms/channels/${made.body.id}/test`)).body).toMatchObject({ isDelivered: true });
    expect(lines.filter((line) => /^(MAIL|RCPT|DATA|QUIT|AUTH|\.$)/.test(line))).toEqual(
      expect.arrayContaining(['MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.org>', 'DATA', '.']),
    );
    expect(lines.filter((line) => line === '.')).toHaveLength(1);
    expect(lines.some((line) => line.startsWith('AUTH'))).toBe(false);
    const strict = await admin.call('POST', '/alarms/channels', { name: 'strict', target: { ...common, security: 'starttls' } });
    const refused = (await admin.call('POST', `/alarms/channels/${strict.body.id}/test`)).body;
    expect(refused).toMatchObject({ isDelivered: false, message: expect.stringContaining('STARTTLS') });
    server.close();
  });
});
