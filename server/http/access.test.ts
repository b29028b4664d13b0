/** Nobody reaches anything by accident: every route without a session, every job route as another user, writes from other pages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteContract } from '../contract/route.ts';
import { ROUTES, type RouteName } from '../contract/routes.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';
import { PUBLIC_HANDLERS, PUBLIC_ROUTES, USER_HANDLERS } from './handlers.ts';

let fixture: ConsoleFixture;
let owner: Browser;
let other: Browser;
let otherId: string;
let jobId: number;
let snapshotId: string;
let operationId: string;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  const ann = await fixture.addUser('ann');
  const ben = await fixture.addUser('ben');
  owner = ann.browser;
  other = ben.browser;
  otherId = ben.id;
  const made = await owner.call('POST', '/jobs', { name: 'secret-job' });
  jobId = made.body.job.id;
  const { database } = fixture.context;
  const now = new Date(fixture.clock.nowMs());
  const snapshot = await database.snapshot.create({
    data: {
      jobId,
      name: 'chk-1',
      kind: 'checkpoint',
      origin: 'checkpoint',
      engine: 'embedded',
      path: 'obs://t/1',
      createdAt: now,
      durationMs: 1,
      sizeBytes: 1n,
    },
  });
  snapshotId = snapshot.id;
  const operation = await database.operation.create({ data: { jobId, kind: 'stop', requestJson: '{}', status: 'succeeded' } });
  operationId = operation.id;
});
afterAll(() => fixture.close());

/** A body that fits the schema of the route, so that only the rights can refuse it. */
const BODIES: Partial<Record<RouteName, unknown>> = {
  updateJob: { baseVersion: 1 },
  renameJob: { name: 'mine-now', description: '' },
  copyJob: { name: 'copy' },
  setJobTags: { tags: [] },
  setJobPermission: { userId: '00000000-0000-0000-0000-000000000000', rights: ['view'] },
  triggerSavepoint: {},
  previewImport: { path: 'obs://tidemark/x' },
  importSavepoint: { path: 'obs://tidemark/x' },
  undoImport: { path: 'obs://tidemark/x' },
  changeSnapshot: { isPinned: true },
  setJobRetention: { checkpointDays: null, savepoints: null, savepointDays: null },
};
const queryOf = (name: RouteName) => (name === 'getJobMetrics' || name === 'getJobTide' ? '?from=1&to=1000' : '');

function pathOf(route: RouteContract): string {
  return route.path.replace('{jobId}', String(jobId)).replace('{number}', '1').replace('{templateId}', '1').replace('{name}', 'q');
}

describe('access', () => {
  it('has the contract and the two tables of handlers agree on who may call', () => {
    const publicByContract = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].access === 'public');
    expect(publicByContract.sort()).toEqual([...PUBLIC_ROUTES].sort());
    expect([...Object.keys(PUBLIC_HANDLERS), ...Object.keys(USER_HANDLERS)].sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('answers 401 on every route without a session', async () => {
    let walked = 0;
    for (const name of Object.keys(USER_HANDLERS) as RouteName[]) {
      const route: RouteContract = ROUTES[name];
      const path = pathOf(route).replace('{id}', snapshotId);
      const answer = await fixture.send(fixture.request(route.method, path, route.body === null ? undefined : (BODIES[name] ?? {})));
      expect([name, answer.status, answer.body.error.code]).toEqual([name, 401, 'not-signed-in']);
      walked++;
    }
    expect(walked).toBe(Object.keys(ROUTES).length - PUBLIC_ROUTES.length);
  });

  it("answers 404 to another user on every route of a job, with that job's ids", async () => {
    const names = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].path.includes('{jobId}'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const route: RouteContract = ROUTES[name];
      const body = route.body === null ? undefined : BODIES[name];
      const answer = await other.call(route.method, pathOf(route) + queryOf(name), body);
      expect([name, answer.status]).toEqual([name, 404]);
    }
    for (const [method, path, body] of [
      ['GET', `/snapshots/${snapshotId}`],
      ['PATCH', `/snapshots/${snapshotId}`, { isPinned: true }],
      ['DELETE', `/snapshots/${snapshotId}`],
      ['POST', `/snapshots/${snapshotId}/undelete`],
      ['GET', `/operations/${operationId}`],
      ['POST', `/operations/${operationId}/cancel`],
      ['POST', '/jobs/start/preview', { jobs: [{ jobId }] }],
      ['POST', '/jobs/stop/preview', { jobIds: [jobId] }],
      ['GET', `/events?jobId=${jobId}`],
    ] as const) {
      expect([path, (await other.call(method, path, body)).status]).toEqual([path, 404]);
    }
    for (const [path, body] of [
      ['/jobs/start', { jobs: [{ jobId }] }],
      ['/jobs/stop', { jobs: [{ jobId }] }],
      ['/jobs/delete', { jobIds: [jobId] }],
    ] as const) {
      const answer = await other.call('POST', path, body);
      expect([path, answer.body.results[0].outcome, answer.body.results[0].code]).toEqual([path, 'refused', 'not-found']);
    }
    expect((await other.call('GET', '/jobs')).body.total).toBe(0);
    expect((await other.call('GET', '/snapshots')).body.total).toBe(0);
    expect((await fixture.context.database.job.findUniqueOrThrow({ where: { id: jobId } })).name).toBe('secret-job');
  });

  it('gives exactly what was granted, and nothing after it was revoked', async () => {
    await owner.call('PUT', `/jobs/${jobId}/permissions`, { userId: otherId, rights: ['stop'] });
    expect((await other.call('GET', `/jobs/${jobId}`)).body.job.rights).toEqual(['view', 'stop']);
    expect((await other.call('PUT', `/jobs/${jobId}/name`, { name: 'x', description: '' })).status).toBe(403);
    expect((await other.call('PUT', `/jobs/${jobId}/permissions`, { userId: otherId, rights: ['delete'] })).status).toBe(403);
    expect((await other.call('POST', '/jobs/start', { jobs: [{ jobId }] })).body.results[0].code).toBe('not-allowed');
    await owner.call('PUT', `/jobs/${jobId}/permissions`, { userId: otherId, rights: [] });
    expect((await other.call('GET', `/jobs/${jobId}`)).status).toBe(404);
  });

  it('keeps members out of administration', async () => {
    for (const path of ['/users', '/audit']) expect((await owner.call('GET', path)).status).toBe(403);
    expect((await owner.call('PATCH', '/settings', { undoDays: 0 })).status).toBe(403);
  });

  it('refuses writes of other pages, of no page with a session, and bodies that are not JSON', async () => {
    const body = { name: 'from-elsewhere' };
    expect((await owner.call('POST', '/jobs', body, { origin: 'https://evil.example' })).body.error.code).toBe('wrong-origin');
    const noOrigin = fixture.request('POST', '/jobs', body, { cookie: owner.cookie });
    expect((await fixture.send(noOrigin)).body.error.code).toBe('wrong-origin');
    expect((await owner.call('POST', '/jobs', body, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await owner.call('POST', '/jobs', { ...body, ownerId: otherId })).body.error.code).toBe('invalid-request');
    expect(await fixture.context.database.job.count({ where: { name: 'from-elsewhere' } })).toBe(0);
  });

  it('tells a wrong method and an unknown path', async () => {
    expect((await owner.call('DELETE', '/jobs')).status).toBe(405);
    expect((await owner.call('GET', '/nothing')).status).toBe(404);
  });
});
