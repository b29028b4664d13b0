/** Every route of the DLI-compatible API that changes something leaves a row of audit with its request's id, and no secret in any. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleFixture } from '../http/console-fixture.ts';
import { CHANGING_ROUTES } from './dispatch.ts';
import { DliClient } from './dli-fixture.ts';

const STREAMING = '/v1.0/{project_id}/streaming';
/** They only tell, though they are asked with a body. */
const CHANGES_NOTHING = [
  'POST /v1.0/{project_id}/dli/obs-authorize',
  `POST ${STREAMING}/jobs/metrics`,
  'POST /v3/{project_id}/streaming/jobs/{job_id}/gen-graph',
];
const SECRET = 'canary-secret-1';

let fixture: ConsoleFixture;
let client: DliClient;
const walked = new Set<string>();
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  client = await DliClient.of(fixture, (await fixture.addUser('ann')).id);
});
afterAll(() => fixture.close());

async function act(method: string, path: string, body?: unknown, ids: Record<string, number> = {}) {
  const filled = Object.entries(ids).reduce((text, [name, id]) => text.replace(`{${name}}`, String(id)), path);
  const [, version, rest] = /^\/(v[\d.]+)\/\{project_id\}(.*)$/.exec(filled) ?? [];
  const answer = await client.call(method, rest ?? '', body, version);
  const requestId = answer.headers.get('x-request-id') ?? '';
  const rows = await fixture.context.database.auditEntry.findMany({ where: { requestId } });
  const name = `${method} ${path}`;
  expect([name, answer.status < 300 ? 'done' : answer.body, rows.map((row) => [row.result, row.via])]).toEqual([
    name,
    'done',
    expect.arrayContaining([['done', 'dli']]),
  ]);
  walked.add(name);
  return answer.body;
}

const change = (id: number, data: Record<string, unknown>) => fixture.context.database.job.update({ where: { id }, data });
async function atRest(id: number): Promise<void> {
  await fixture.context.database.operation.updateMany({ where: { jobId: id }, data: { activeJobId: null, status: 'succeeded' } });
  await change(id, { status: 'job_cancel_success', desired: 'stopped', activeOperationId: null });
}
const running = (id: number) => change(id, { status: 'job_running', desired: 'running' });

async function lives(id: number): Promise<void> {
  const jobs = `${STREAMING}/jobs`;
  const sql = `CREATE TABLE s (a INT) WITH ('connector'='kafka','properties.sasl.jaas.config'='password="${SECRET}"')`;
  await act('PUT', `${STREAMING}/sql-jobs/{job_id}`, { sql_body: sql }, { job_id: id });
  await act('POST', `${jobs}/run`, { job_ids: [id], resume_savepoint: false });
  await atRest(id);
  await running(id);
  await act('POST', `${jobs}/{job_id}/savepoint`, { action: 'TRIGGER', savepoint_path: 'tidemark/sp/' }, { job_id: id });
  await atRest(id);
  await running(id);
  await act('POST', `${jobs}/stop`, { job_ids: [id] });
  await atRest(id);
  const none = { checkpointId: 7, createdMs: 1, durationMs: 2, sizeBytes: 6, parallelism: 1, keyGroups: 128, recordsIn: 5, recordsOut: 5 };
  const path = 'obs://tidemark/x/chk-7';
  fixture.found = { name: 'chk-7', kind: 'checkpoint', engine: 'embedded', path, ...none, positions: [], sqlSha256: null };
  await act('POST', `${jobs}/{job_id}/import-savepoint`, { job_id: id, savepoint_path: path }, { job_id: id });
  const tags = '/v3/{project_id}/dli_flink_job/{job_id}/tags';
  await act('POST', `${tags}/create`, { tags: [{ key: 'team', value: 'a' }] }, { job_id: id });
  await act('POST', `${tags}/delete`, { tags: [{ key: 'team' }] }, { job_id: id });
  const { zip_file } = await act('POST', `${jobs}/export`, { obs_dir: 'tidemark/out', is_selected: true, job_selected: [id] });
  await act('POST', `${jobs}/import`, { zip_file: zip_file[0], is_cover: true });
}

describe('audit of the DLI-compatible API', () => {
  it('has a row of every act that a route can do, and no secret in any', async () => {
    const sqlJob = (await act('POST', `${STREAMING}/sql-jobs`, { name: 'orders' })).job.job_id;
    await lives(sqlJob);
    const jarJob = (await act('POST', `${STREAMING}/flink-jobs`, { name: 'jar', entrypoint: 'obs://tidemark/a.jar' })).job.job_id;
    await act('PUT', `${STREAMING}/flink-jobs/{job_id}`, { main_class: 'com.example.Main' }, { job_id: jarJob });
    const templates = `${STREAMING}/job-templates`;
    const { template } = await act('POST', templates, { name: 't', sql_body: 'SELECT 1' });
    await act('PUT', `${templates}/{template_id}`, { name: 't2' }, { template_id: template.template_id });
    await act('DELETE', `${templates}/{template_id}`, undefined, { template_id: template.template_id });
    await act('DELETE', `${STREAMING}/jobs/{job_id}`, undefined, { job_id: jarJob });
    await act('POST', `${STREAMING}/jobs/delete`, { job_ids: [sqlJob] });
    expect([...walked, ...CHANGES_NOTHING].sort()).toEqual([...CHANGING_ROUTES].sort());
    const rows = JSON.stringify(await fixture.context.database.auditEntry.findMany(), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of [SECRET, client.secretKey]) expect(rows.includes(secret)).toBe(false);
  });
});
