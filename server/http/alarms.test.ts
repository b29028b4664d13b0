/** Alarms end to end: rules over recorded facts, one grouped message, retry, recovery, silence; secrets stay in; SMTP and webhooks over real sockets. */
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailServer } from '../../e2e/servers/mail.ts';
import type { AlertContext } from '../alerts/context.ts';
import { evaluateAlarms } from '../alerts/evaluate.ts';
import { sendDue } from '../alerts/outbox.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { readSettings } from '../services/settings.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
let alerts: AlertContext;
let hook: Server;
const received: {
  body: { id: string; text: string; alarms: { transition: string; jobName: string; ruleName: string; url: string | null }[] };
  signature: string;
}[] = [];
let answer = 200;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
  const { database, clock, masterKey } = fixture.context;
  alerts = {
    database,
    clock,
    masterKey,
    dialer: async () => createDialer({ allowPrivateAddresses: true }),
    publicUrl: async () => (await readSettings(database)).publicUrl,
    stored: () => {},
    log: () => {},
  };
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

/** Subject and text of a mail as a reader shows them: encoded words and base64 or quoted-printable undone. */
function readMail(raw: string): { subject: string; text: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const field = (name: string) => lines.find((line) => line.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
  const bytesOf = (text: string) =>
    Buffer.from(
      text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
  const subject = field('subject')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, text: string) =>
      (kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : bytesOf(text.replaceAll('_', ' '))).toString('latin1'),
    );
  const body = rest.join('\r\n\r\n');
  const encoding = field('content-transfer-encoding').toLowerCase();
  const bytes = encoding === 'base64' ? Buffer.from(body, 'base64') : encoding === 'quoted-printable' ? bytesOf(body) : Buffer.from(body);
  return { subject: Buffer.from(subject, 'latin1').toString('utf8'), text: bytes.toString('utf8').trim().replaceAll('\r\n', '\n') };
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

  it('go by mail, and a test of a channel tells what the mail server refuses', async () => {
    const server = await startMailServer({ folder: '', security: 'none' });
    const common = {
      kind: 'email',
      host: '127.0.0.1',
      port: server.port,
      user: 'u',
      password: 'canary',
      from: 'a@example.org',
      to: ['b@example.org'],
    };
    const made = await admin.call('POST', '/alarms/channels', { name: 'mail', target: { ...common, security: 'none' } });
    expect((await admin.call('POST', `/alarms/channels/${made.body.id}/test`)).body).toMatchObject({
      isDelivered: true,
      message: expect.stringContaining('250 queued as 1'),
    });
    expect(server.received[0]?.raw).toContain('Subject: [Tidemark] TEST: Tidemark, Test');
    const strict = await admin.call('POST', '/alarms/channels', { name: 'strict', target: { ...common, security: 'starttls' } });
    const refused = (await admin.call('POST', `/alarms/channels/${strict.body.id}/test`)).body;
    expect(refused).toMatchObject({ isDelivered: false, message: expect.stringContaining('STARTTLS') });
    await server.close();
  });

  it('speak the language of their channel and link to the job, once the console has a public address', async () => {
    const { database } = fixture.context;
    for (const publicUrl of ['console.example.org', 'ftp://console.example.org', 'https://console.example.org/app', 'https://a@b.org']) {
      const refused = await admin.call('PATCH', '/settings', { publicUrl });
      expect(refused, publicUrl).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('Write an origin') } } });
    }
    const member = (await fixture.addUser('lo')).browser;
    expect((await member.call('PATCH', '/settings', { publicUrl: 'https://evil.example.org' })).status).toBe(403);
    const address = 'https://console.example.org:8443';
    expect((await admin.call('PATCH', '/settings', { publicUrl: `${address}/` })).body).toMatchObject({ publicUrl: address });
    const entry = await database.auditEntry.findFirst({ where: { action: 'changeSettings', result: 'done' }, orderBy: { id: 'desc' } });
    expect(JSON.stringify(entry)).toContain(address);

    const server = await startMailServer({ folder: '', security: 'none' });
    const common = { kind: 'email', host: '127.0.0.1', port: server.port, security: 'none', user: '', from: 'a@example.org' };
    const make = async (name: string, language: string | undefined, target: object): Promise<string> =>
      (await admin.call('POST', '/alarms/channels', { name, target, ...(language ? { language } : {}) })).body.id;
    const channelIds = [
      await make('mail zh', 'zh', { ...common, to: ['zh@example.org'] }),
      await make('mail en', undefined, { ...common, to: ['en@example.org'] }),
      await make('hook zh', 'zh', { kind: 'webhook', url: hookUrl() }),
    ];
    const scope = { jobIds: [jobB], tag: null };
    const condition = { kind: 'lag', overRecords: 5_000, forSeconds: 0 };
    const rule = (await admin.call('POST', '/alarms/rules', { name: '积压', condition, channelIds, scope })).body;
    await database.job.update({ where: { id: jobB }, data: { lagRecords: 41_208n } });
    await round();
    const mails = new Map(server.received.map((one) => [one.to[0], readMail(one.raw)]));
    const at = new Date(fixture.clock.nowMs() - 11_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(mails.get('zh@example.org')).toEqual({
      subject: '[Tidemark] 告警：b，积压',
      text: `告警（严重）作业 b：积压。积压 41,208 > 5,000 条。 [${at} UTC]\n${address}/jobs/${jobB}`,
    });
    expect(mails.get('en@example.org')).toEqual({
      subject: '[Tidemark] FIRING: b, 积压',
      text: `FIRING (critical) b: 积压. lag 41,208 > 5,000 records. [${at} UTC]\n${address}/jobs/${jobB}`,
    });
    expect(received.splice(0)[0]?.body).toMatchObject({
      text: expect.stringContaining('积压 41,208 > 5,000 条'),
      alarms: [{ transition: 'fired', url: `${address}/jobs/${jobB}`, text: 'lag 41,208 > 5,000 records' }],
    });
    expect((await admin.call('PATCH', `/alarms/channels/${channelIds[0]}`, { language: 'en' })).body).toMatchObject({ language: 'en' });
    await admin.call('PATCH', '/settings', { publicUrl: '' });
    await admin.call('DELETE', `/alarms/rules/${rule.id}`);
    server.received.splice(0);
    await round();
    expect(server.received.map((one) => readMail(one.raw).text.split(' [')[0])).toEqual([
      'RECOVERED (critical) b: 积压. The rule was changed or switched off.',
      'RECOVERED (critical) b: 积压. The rule was changed or switched off.',
    ]);
    expect(server.received.map((one) => one.raw).join()).not.toContain('/jobs/');
    received.splice(0);
    await server.close();
  });

  it('are acknowledged once by whoever may change the job, and browsers hear of each change', async () => {
    const { database } = fixture.context;
    const newest = (await database.streamEvent.findFirst({ orderBy: { id: 'desc' } }))?.id ?? 0;
    const rule = {
      name: 'late',
      condition: { kind: 'lag', overRecords: 5, forSeconds: 0 },
      channelIds: [],
      scope: { jobIds: [jobA], tag: null },
    };
    await admin.call('POST', '/alarms/rules', rule);
    await database.job.update({ where: { id: jobA }, data: { lagRecords: 9n } });
    await round();
    const [alarm] = (await admin.call('GET', `/alarms?state=firing&jobId=${jobA}`)).body.items;
    const member = (await fixture.addUser('mo')).browser;
    expect((await member.call('POST', `/alarms/${alarm.id}/acknowledge`, { note: '' })).status).toBe(404);
    expect((await admin.call('POST', `/alarms/${alarm.id}/acknowledge`, { note: 'scaling up' })).status).toBe(200);
    expect((await admin.call('GET', `/alarms?jobId=${jobA}&state=firing`)).body.items).toMatchObject([
      { state: 'firing', acknowledged: { by: 'ada', note: 'scaling up' } },
    ]);
    await database.job.update({ where: { id: jobA }, data: { lagRecords: 5n } });
    await round();
    expect((await admin.call('POST', `/alarms/${alarm.id}/acknowledge`, {})).body.error.code).toBe('wrong-status');
    const events = await database.streamEvent.findMany({ where: { id: { gt: newest }, type: 'alarm-changed', jobId: jobA } });
    expect(events.map((event) => JSON.parse(event.payloadJson).change)).toEqual(['fired', 'acknowledged', 'resolved']);
    const audit = await database.auditEntry.findMany({ where: { action: 'acknowledgeAlarm' }, orderBy: { id: 'asc' } });
    expect(audit.map((entry) => entry.result)).toEqual(['done', 'refused']);
  });

  it('fire while no snapshot is proven, and at once when a proof fails', async () => {
    const { database } = fixture.context;
    const rule = {
      name: 'proof',
      condition: { kind: 'not-proven', overSeconds: 3600 },
      channelIds: [],
      scope: { jobIds: [jobB], tag: null },
    };
    await admin.call('POST', '/alarms/rules', rule);
    const at = () => new Date(fixture.clock.nowMs());
    const common = { jobId: jobB, kind: 'checkpoint', origin: 'checkpoint', engine: 'embedded', durationMs: 1, sizeBytes: 1n };
    const { id } = await database.snapshot.create({ data: { ...common, name: 'chk-1', path: 'a', createdAt: at() } });
    const firing = async () => {
      await round();
      const { items } = (await admin.call('GET', `/alarms?state=firing&jobId=${jobB}`)).body;
      return items.filter((one: { ruleName: string }) => one.ruleName === 'proof').map((one: { detail: string }) => one.detail);
    };
    expect(await firing()).toEqual([]);
    pass(3600);
    expect(await firing()).toEqual([expect.stringMatching(/^no snapshot proven for 1 h .*> 1 h$/)]);
    await database.snapshot.update({ where: { id }, data: { provenAt: at(), provenGood: true } });
    expect(await firing()).toEqual([]);
    const failed = {
      ...common,
      name: 'chk-2',
      path: 'b',
      createdAt: at(),
      provenAt: new Date(fixture.clock.nowMs() + 1),
      provenGood: false,
    };
    await database.snapshot.create({ data: failed });
    expect(await firing()).toEqual(['the newest proof of a snapshot failed']);
  });
});
