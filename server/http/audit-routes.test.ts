/**
 * Every route that changes something leaves a row of audit with its request's id: the table of routes is walked, each is called so that it does
 * what it is for, and a route that is in neither list fails the test. Secrets that went in or came out are in no row. Each is called once before with
 * a log that takes no row: then nothing may have changed either.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project-root.ts';
import type { RouteContract } from '../contract/route.ts';
import { ROUTES, type RouteName } from '../contract/routes.ts';
import type { Database } from '../db/open-database.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { type Answered, Browser, ConsoleFixture, ORIGIN, PASSWORD } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

/** They only tell, though they are asked with a body, or end what nothing remembers. */
const CHANGES_NOTHING: readonly RouteName[] = [
  'previewStart',
  'previewStop',
  'previewImport',
  'previewAlarmRule',
  'checkSql',
  'explainSql',
  'formatSql',
  'checkRuntimeConfiguration',
  'stopPreview',
];
/** Refused here, as what they need is not there: a process, a server, an import. A refusal is a row too. */
const REFUSED: readonly RouteName[] = ['breakRecipeJob', 'deriveTable', 'undoImport'];
/** An upload that was begun stays as one that failed. */
const LEAVES_A_TRACE: readonly RouteName[] = ['uploadPackage'];
const SECRET = 'canary-secret-1';

let fixture: ConsoleFixture;
let admin: Browser;
let hook: Server;
let isLogFull = false;
const walked = new Set<RouteName>();
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  const { database } = fixture.context;
  const query = {
    auditEntry: {
      async create<T>({ args, query }: { args: { data: { result: string } }; query: (args: never) => Promise<T> }): Promise<T> {
        if (isLogFull && args.data.result === 'done') throw new Error('the log takes no row');
        return query(args as never);
      },
    },
  };
  fixture.context = { ...fixture.context, database: database.$extends({ query } as never) as unknown as Database };
  hook = createServer((_request, response) => response.end('taken'));
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  hook.close();
  await fixture.close();
});

const hookUrl = () => `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;

/** Calls a route by its contract and looks for the row. `raw`: a body that is not JSON. */
async function act(
  name: RouteName,
  values: Record<string, string | number> = {},
  body?: unknown,
  raw?: { type: string; bytes: Uint8Array },
) {
  const route: RouteContract = ROUTES[name];
  const rest = new URLSearchParams();
  let { path } = route;
  for (const [key, value] of Object.entries(values)) {
    if (path.includes(`{${key}}`)) path = path.replace(`{${key}}`, String(value));
    else rest.set(key, String(value));
  }
  if (rest.size > 0) path += `?${rest}`;
  const call = () => (raw ? send(route.method, path, raw) : ask(admin.request(route.method, path, body)));
  if (!REFUSED.includes(name)) await expectNothing(name, call);
  const answer = await call();
  await expectRow(name, answer);
  return answer.body;
}

const TABLES = [...readFileSync(join(projectRoot(), 'prisma', 'schema.prisma'), 'utf8').matchAll(/^model (\w+) /gm)]
  .map((match) => match[1] as string)
  .filter((name) => name !== 'AuditEntry');

async function everyRow(): Promise<string[]> {
  // Its last use is written with the request, whatever comes of it.
  await admin.call('GET', '/session');
  const tables = fixture.context.database as unknown as Record<string, { findMany(): Promise<unknown[]> }>;
  const all = TABLES.map(async (name) => {
    const rows = await tables[name.charAt(0).toLowerCase() + name.slice(1)]?.findMany();
    return (rows ?? []).map((row) => `${name} ${textOf(row)}`).sort();
  });
  return (await Promise.all(all)).flat();
}

const textOf = (value: unknown): string => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));

async function expectNothing(name: RouteName, call: () => Promise<Answered>): Promise<void> {
  const before = await everyRow();
  isLogFull = true;
  const { status, body } = await call().finally(() => {
    isLogFull = false;
  });
  expect([name, status, JSON.stringify(body)]).toEqual([name, 500, expect.anything()]);
  if (!LEAVES_A_TRACE.includes(name)) expect([name, await everyRow()]).toEqual([name, before]);
}

function send(method: string, path: string, { type, bytes }: { type: string; bytes: Uint8Array }): Promise<Answered> {
  const headers = { cookie: admin.cookie, origin: ORIGIN, host: '127.0.0.1:3000', 'content-type': type };
  return ask(new Request(`${ORIGIN}/api/v1${path}`, { method, headers, body: Uint8Array.from(bytes) }));
}

/** As Browser does it; an answer may be a stream of lines, too. */
async function ask(request: Request): Promise<Answered> {
  const response = await dispatch(fixture.context, request);
  const set = response.headers.get('set-cookie');
  if (set !== null) admin.cookie = set.split(';')[0] ?? '';
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null };
}

async function expectRow(name: RouteName, answer: Pick<Answered, 'status' | 'headers' | 'body'>): Promise<void> {
  const requestId = answer.headers.get('x-request-id') ?? '';
  const rows = await fixture.context.database.auditEntry.findMany({ where: { requestId } });
  const isDone = !REFUSED.includes(name);
  expect([name, answer.status < 300 ? 'done' : `${answer.status} ${JSON.stringify(answer.body)}`]).toEqual([
    name,
    isDone ? 'done' : expect.stringMatching(/^4/),
  ]);
  for (const { outcome, message } of answer.body?.results ?? [])
    expect([name, /refused|failed|skipped/.test(outcome), message]).toEqual([name, false, message]);
  expect([name, ...rows.map((row) => row.result)]).toEqual(expect.arrayContaining([name, isDone ? 'done' : 'refused']));
  walked.add(name);
}

const atRest = (jobId: number) =>
  fixture.context.database.$transaction([
    fixture.context.database.operation.updateMany({ where: { jobId }, data: { activeJobId: null, status: 'succeeded' } }),
    fixture.context.database.job.update({
      where: { id: jobId },
      data: { status: 'job_cancel_success', desired: 'stopped', activeOperationId: null },
    }),
  ]);
const running = (id: number) =>
  fixture.context.database.job.update({ where: { id }, data: { status: 'job_running', desired: 'running', activeOperationId: null } });

async function accounts(): Promise<void> {
  const person = { name: 'Ada', email: 'ada@example.org', password: PASSWORD };
  admin = new Browser(fixture);
  await act('setUp', {}, { ...person, token: fixture.setupToken });
  await act('signIn', {}, { email: person.email, password: PASSWORD });
  const second = new Browser(fixture);
  await second.call('POST', '/session', { email: person.email, password: PASSWORD });
  const { sessions } = (await second.call('GET', '/account/sessions')).body;
  await act('endSession', { id: sessions.find((one: { isCurrent: boolean }) => one.isCurrent).id });
  await act('changeAccount', {}, { theme: 'dark' });
  await act('changePassword', {}, { current: PASSWORD, next: `${PASSWORD} ${SECRET}` });
  const token = await act('createApiToken', {}, { name: 'ci' });
  made.push(token.token);
  await act('deleteApiToken', { id: token.apiToken.id });
  const key = await act('createAccessKey');
  made.push(key.secretKey);
  await act('deleteAccessKey', { id: key.accessKey.id });
  const user = await act('createUser', {}, { name: 'Ben', email: 'ben@example.org', password: `${SECRET}-of-ben` });
  await act('changeUser', { id: user.id }, { name: 'Ben B.' });
}

/** Secrets that an answer held once. */
const made: string[] = [];

async function jobs(): Promise<number> {
  const { job } = await act('createJob', {}, { name: 'orders', sql: 'SELECT 1' });
  const jobId: number = job.id;
  await act('createExampleJob');
  const recipe = await act('createRecipeJob', { key: 'fault-restart' });
  await act('breakRecipeJob', { jobId: recipe.jobId });
  await act('updateJob', { jobId }, { baseVersion: 1, sql: 'SELECT 2' });
  await act('renameJob', { jobId }, { name: 'orders-2', description: '' });
  await act('setJobTags', { jobId }, { tags: [{ key: 'team', value: 'a' }] });
  await act('setJobRetention', { jobId }, { checkpointDays: 3, savepoints: null, savepointDays: null });
  const ben = await fixture.context.database.user.findFirstOrThrow({ where: { name: 'Ben B.' } });
  await act('setJobPermission', { jobId }, { userId: ben.id, rights: ['view'] });
  await act('copyJob', { jobId }, { name: 'orders-3' });
  await act('startJobs', {}, { jobs: [{ jobId }] });
  const operation = await fixture.context.database.operation.findFirstOrThrow({ where: { jobId } });
  await act('cancelOperation', { id: operation.id });
  await atRest(jobId);
  await running(jobId);
  await act('triggerSavepoint', { jobId }, {});
  await atRest(jobId);
  await running(jobId);
  await act('stopJobs', {}, { jobs: [{ jobId, mode: 'without' }] });
  await atRest(jobId);
  const response = await dispatch(fixture.context, admin.request('POST', '/jobs/export', { jobIds: [jobId] }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  await expectRow('exportJobs', { status: response.status, headers: response.headers, body: null });
  await act('importJobs', { dryRun: 'false', overwrite: 'true' }, undefined, { type: 'application/zip', bytes });
  return jobId;
}

async function snapshots(jobId: number): Promise<void> {
  const { database, store } = fixture.context;
  const path = 'obs://tidemark/jobs/checkpoint/x/chk-7';
  const none = { checkpointId: 7, createdMs: 1, durationMs: 2, sizeBytes: 6, parallelism: 1, keyGroups: 128, recordsIn: 5, recordsOut: 5 };
  fixture.found = { name: 'chk-7', kind: 'checkpoint', engine: 'embedded', path, ...none, positions: [], sqlSha256: null };
  await act('importSavepoint', { jobId }, { path });
  await act('undoImport', { jobId }, { path: `${path}-else` });
  const { id } = await database.snapshot.findFirstOrThrow({ where: { jobId } });
  await act('changeSnapshot', { id }, { isPinned: false });
  await act('verifySnapshot', { id });
  await act('deleteSnapshot', { id });
  await act('undeleteSnapshot', { id });
  const { checkpointFolder } = (await admin.call('GET', `/jobs/${jobId}`)).body.job;
  const folder = folderAt(store, checkpointFolder);
  await store.ensureBucket(folder.bucket);
  const key = `${folder.prefix}chk-1/left`;
  await store.put({ bucket: folder.bucket, key }, new Uint8Array([1]));
  const { deleted } = await act('deleteOrphans', {}, { files: [{ bucket: folder.bucket, key }] });
  await act('undeleteOrphans', {}, { ids: deleted });
}

async function rest(jobId: number): Promise<void> {
  const template = await act('createTemplate', {}, { name: 't', sql: 'SELECT 1' });
  await act('changeTemplate', { templateId: template.id }, { sql: 'SELECT 2' });
  await act('deleteTemplate', { templateId: template.id });
  await act('createQueue', {}, { name: 'big', engine: 'flink', gatewayUrl: hookUrl(), jobManagerUrl: hookUrl() });
  await act('deleteQueue', { name: 'big' });
  const config = { kind: 'flink', jobManagerUrl: hookUrl(), authentication: 'basic', username: 'u' };
  const connection = await act('createConnection', {}, { name: 'k', config, secret: SECRET });
  await act('changeConnection', { id: connection.id }, { description: 'Orders' });
  await act('testConnection', {}, { config, secret: SECRET });
  await act('deriveTable', { id: connection.id }, { object: 'orders' });
  await act('deleteConnection', { id: connection.id });
  const { id } = await act('createGlobalVariable', {}, { name: 'v', value: '1', description: '' });
  await act('changeGlobalVariable', { id }, { value: '2' });
  await act('deleteGlobalVariable', { id });
  await act('changeSettings', {}, { undoDays: 3 });
  const file = { type: 'application/octet-stream', bytes: Buffer.from('one') };
  await act('uploadPackage', { name: 'a.jar', kind: 'jar' }, undefined, file);
  const uploaded = await act('uploadPackage', { name: 'a.jar', kind: 'jar' }, undefined, file);
  await act('changePackage', { id: uploaded.id }, { description: 'A' });
  await act('deletePackageVersion', { id: uploaded.id, number: 1 });
  await act('deletePackage', { id: uploaded.id });
  await act('previewSql', {}, { sql: 'SELECT 1' });
  await alarms(jobId);
}

async function alarms(jobId: number): Promise<void> {
  const target = { kind: 'webhook', url: `${hookUrl()}${SECRET}`, secret: SECRET };
  const channel = await act('createAlarmChannel', {}, { name: 'ops', target });
  await act('changeAlarmChannel', { id: channel.id }, { name: 'ops-2' });
  await act('testAlarmChannel', { id: channel.id });
  const rule = await act('createAlarmRule', {}, { name: 'r', condition: { kind: 'exception' }, channelIds: [] });
  await act('changeAlarmRule', { id: rule.id }, { isEnabled: false });
  const at = new Date(fixture.clock.nowMs());
  const facts = {
    ruleName: 'r',
    conditionJson: '{"kind":"exception"}',
    severity: 'critical',
    channelIdsJson: '[]',
    state: 'firing',
    detail: '',
  };
  const { database } = fixture.context;
  const alarm = await database.alarm.create({ data: { ...facts, projectId: fixture.projectId, jobId, since: at, firedAt: at } });
  await act('acknowledgeAlarm', { id: alarm.id }, { note: 'mine' });
  await act('createAlarmSilence', {}, { jobId, minutes: 5 });
  const { silences } = (await admin.call('GET', '/alarms/silences')).body;
  await act('endAlarmSilence', { id: silences[0].id });
  await act('deleteAlarmRule', { id: rule.id });
  await act('deleteAlarmChannel', { id: channel.id });
}

describe('audit', () => {
  it('has a row of every act that a route can do, and no secret in any', async () => {
    // Files are written now; two days later they are no longer young.
    await accounts();
    const jobId = await jobs();
    fixture.clock.nowValue = Date.now() + 2 * 86_400_000;
    await act('signIn', {}, { email: 'ada@example.org', password: `${PASSWORD} ${SECRET}` });
    await snapshots(jobId);
    await rest(jobId);
    await act('deleteJobs', {}, { jobIds: [jobId], confirmations: { [jobId]: 'orders-2' } });
    await act('signOut');
    const changing = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].method !== 'GET');
    expect([...walked, ...CHANGES_NOTHING].sort()).toEqual(changing.sort());
    const rows = textOf(await fixture.context.database.auditEntry.findMany());
    expect(made).toHaveLength(2);
    for (const secret of [SECRET, PASSWORD, ...made]) expect(rows.includes(secret)).toBe(false);
  });
});
