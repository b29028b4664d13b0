/** The unmodified Huawei Cloud SDK for Python against the product itself, with its engine: the whole life of jobs (dli_sdk_check.py). */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleApi } from '../servers/console-api.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import { pythonWithSdk, runSdkCheck } from './python-sdk.ts';

const KEYS = {
  accessKey: 'SDKCHECKACCESSKEY',
  secretKey: 'sdk-check-secret-key-0123456789',
  projectId: '0123456789abcdef0123456789abcdef',
};
const folder = mkdtempSync(join(tmpdir(), 'tidemark-clients-'));
let server: TidemarkServer;

beforeAll(async () => {
  pythonWithSdk();
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  server = await startTidemark({
    dataDir,
    environment: {
      TIDEMARK_BOOTSTRAP_ACCESS_KEY: KEYS.accessKey,
      TIDEMARK_BOOTSTRAP_SECRET_KEY: KEYS.secretKey,
      TIDEMARK_BOOTSTRAP_PROJECT_ID: KEYS.projectId,
    },
  });
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface RunView {
  readonly number: number;
  readonly start: string;
  readonly restoredFrom: { readonly name: string; readonly origin: string } | null;
}

describe('Huawei Cloud SDK for Python', () => {
  it('lives the whole life of jobs, and the second run began from the imported savepoint', async () => {
    const { passed, told } = await runSdkCheck({ ...KEYS, url: server.url, homeFolder: folder });
    expect(passed).toEqual([
      'a wrong secret key',
      'an unknown access key',
      'create a SQL job',
      'a name taken, an unknown queue, too much parallelism',
      'update and show',
      'list with filters',
      'unknown jobs, a stop of a draft',
      'run and wait until it runs',
      'execution graph, a second run',
      'metrics of a running job',
      'trigger a savepoint',
      'stop with a savepoint',
      'an empty start of a job with state is refused',
      'import a savepoint',
      'run from the imported savepoint',
      'stop without a savepoint',
      'create and update a Jar job',
      'tags, a bucket authorised',
      'stream graph',
      'templates made, changed, listed, deleted',
      'export and import',
      'batch delete',
      'delete a running job',
    ]);
    // What the API says about itself is not enough: the console's ledger must know where the second run began.
    const api = await ConsoleApi.signIn(server.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
    const { items } = await api.call<{ items: RunView[] }>('GET', `/jobs/${told.jobId}/runs`);
    const runs = [...items].sort((a, b) => a.number - b.number);
    expect(runs.map((run) => run.start)).toEqual(['empty', 'snapshot']);
    expect(runs[1]?.restoredFrom).toMatchObject({ name: String(told.byHand).split('/').at(-1), origin: 'imported' });
  }, 600_000);
});
