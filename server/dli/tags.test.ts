/** Tags of jobs and the authorisation of buckets, as Terraform's provider and the SDKs call them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleFixture } from '../http/console-fixture.ts';
import { StoreError } from '../storage/contract.ts';
import { answerOf, DliClient } from './dli-fixture.ts';

let fixture: ConsoleFixture;
let client: DliClient;
let other: DliClient;
let id: number;

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  client = await DliClient.of(fixture, (await fixture.addUser('ann')).id);
  other = await DliClient.of(fixture, (await fixture.addUser('ben')).id);
  const tags = [{ key: 'team', value: 'a' }];
  id = (await client.call('POST', '/streaming/sql-jobs', { name: 'tagged', tags })).body.job.job_id;
});
afterAll(() => fixture.close());

const call = (method: string, act: string, tags?: unknown) =>
  client.call(method, `/dli_flink_job/${id}/tags${act}`, tags === undefined ? undefined : { tags }, 'v3');
const all = async () => (await call('GET', '')).body;

describe('tags', () => {
  it('adds and replaces, removes by key or by key and value, with 204 and no body', async () => {
    expect(await all()).toEqual({ tags: [{ key: 'team', value: 'a' }] });
    const added = await call('POST', '/create', [
      { key: 'team', value: 'b' },
      { key: 'stage', value: 'test' },
    ]);
    expect([added.status, added.body]).toEqual([204, null]);
    const both = [
      { key: 'stage', value: 'test' },
      { key: 'team', value: 'b' },
    ];
    expect(await all()).toEqual({ tags: both });
    await call('POST', '/delete', [{ key: 'stage', value: 'other' }, { key: 'absent' }]);
    expect(await all()).toEqual({ tags: both });
    expect((await call('POST', '/delete', [{ key: 'stage' }])).status).toBe(204);
    expect(await all()).toEqual({ tags: [{ key: 'team', value: 'b' }] });
  });

  it("refuses a key of the system, more than 20, and another user's job", async () => {
    expect((await call('POST', '/create', [{ key: '_sys_x', value: '' }])).body.error_code).toBe('DLI.0001');
    const many = Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, value: '' }));
    expect((await call('POST', '/create', many)).body.error_code).toBe('DLI.0001');
    expect(await all()).toEqual({ tags: [{ key: 'team', value: 'b' }] });
    const foreign = await other.call('POST', `/dli_flink_job/${id}/tags/delete`, { tags: [{ key: 'team' }] }, 'v3');
    expect([foreign.status, foreign.body.error_code]).toEqual([400, 'DLI.16001']);
  });
});

describe('obs-authorize', () => {
  const authorize = (body: unknown) => client.call('POST', '/dli/obs-authorize', body);

  it("answers a boolean to the SDKs and a text to Terraform's provider", async () => {
    expect((await authorize({ obs_buckets: ['bucket'] })).body).toEqual({ is_success: true, message: '' });
    const { browser } = await fixture.addUser('tf');
    const { token } = (await browser.call('POST', '/account/tokens', { name: 'tf' })).body;
    const url = client.signed('POST', '/dli/obs-authorize', {}).url;
    const body = JSON.stringify({ obs_buckets: ['bucket', 'other'] });
    const headers = { 'user-agent': 'terraform-provider-iac golangsdk/2.0.0', 'x-auth-token': token };
    expect((await answerOf(fixture, new Request(url, { method: 'POST', body, headers }))).body.is_success).toBe('true');
  });

  it('tells which bucket cannot be reached', async () => {
    const original = fixture.context;
    const browse = async () => {
      throw new StoreError('bucket-not-found', 'Bucket nowhere does not exist; create it or name another one.', {});
    };
    fixture.context = { ...original, previews: { ...original.previews, browse } };
    const { status, body } = await authorize({ obs_buckets: ['nowhere'] });
    fixture.context = original;
    expect([status, body]).toEqual([
      400,
      { error_code: 'DLI.0002', error_msg: 'Bucket nowhere does not exist; create it or name another one.' },
    ]);
    expect((await authorize({ obs_buckets: ['..'] })).body.error_code).toBe('DLI.0001');
  });
});
