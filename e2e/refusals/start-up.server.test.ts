/** What keeps the product from starting: bad variables and a data directory that is in use. It says which, exits 2, and has changed nothing. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot, runtimeEnvironment, runtimeNode } from '../../scripts/bootstrap.mjs';
import { freePort } from '../servers/process.ts';
import { COUNTING_SQL, factsOf, OFTEN, type Product, startProduct } from './fixture.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 400_000);
afterAll(() => product?.close());

function launch(environment: Readonly<Record<string, string>>): Promise<{ code: number | null; errors: string; output: string }> {
  const child = spawn(runtimeNode(), ['--disable-warning=ExperimentalWarning', join(projectRoot, 'scripts', 'start.ts')], {
    cwd: projectRoot,
    env: runtimeEnvironment(environment),
  });
  let [errors, output] = ['', ''];
  child.stderr.on('data', (text) => {
    errors += text;
  });
  child.stdout.on('data', (text) => {
    output += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, errors, output })));
}

describe('bad variables', () => {
  it.each([
    ['PORT', 'eighty', 'PORT holds eighty. Allowed: a whole number from 1 to 65535.'],
    ['HOST', 'not a host', 'HOST holds not a host. Allowed: an IP address or a host name.'],
    ['TIDEMARK_MASTER_KEY', 'secret-secret', 'TIDEMARK_MASTER_KEY holds *** (13 characters). Allowed: 64 hex digits (32 bytes).'],
    ['TIDEMARK_ALLOW_PRIVATE_ADDRESSES', 'maybe', 'TIDEMARK_ALLOW_PRIVATE_ADDRESSES holds maybe. Allowed: 0 or 1.'],
    [
      'TIDEMARK_OBJECT_STORE',
      'ftp://bucket',
      'TIDEMARK_OBJECT_STORE holds ftp://bucket. Allowed: obs://<bucket>[/<prefix>] or s3://<bucket>[/<prefix>].',
    ],
    ['DATABASE_URL', 'mysql://root:hidden@host/db', 'DATABASE_URL holds mysql://root:***@host/db. Allowed: postgresql://'],
  ])('%s', async (name, value, message) => {
    const dataDir = join(product.scratch, `unused-${name}`);
    const { code, errors, output } = await launch({ PORT: String(await freePort()), TIDEMARK_DATA_DIR: dataDir, [name]: value });
    expect(code).toBe(2);
    expect(errors).toContain(message);
    expect(errors).not.toMatch(/secret-secret|hidden|^\s+at /m);
    expect(output).toBe('');
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('a second console on one data directory', () => {
  it('says who has it and stops; the first one and its job go on', async () => {
    const { api, dataDir, tidemark } = product;
    const job = await api.createJob('counting', COUNTING_SQL, OFTEN);
    await api.start(job.id);
    await api.waitFor(job.id, ['job_running']);
    const pids = tidemark.jobPids();
    const holder = JSON.parse(readFileSync(join(dataDir, 'lock.json'), 'utf8')) as { pid: number };
    const before = await factsOf(api, job.id);
    const { code, errors, output } = await launch({ PORT: String(await freePort()), TIDEMARK_DATA_DIR: dataDir });
    expect(code).toBe(2);
    expect(errors.trim()).toMatch(
      new RegExp(
        `^Another console \\(pid ${holder.pid}, since .*Z, at ${tidemark.url}\\) uses the data directory ${dataDir}\\. This one has changed nothing and stops\\.$`,
      ),
    );
    expect(output).toBe('');
    expect(tidemark.jobPids()).toEqual(pids);
    const after = await factsOf(api, job.id);
    expect({ ...after, snapshots: [] }).toEqual({ ...before, snapshots: [] });
  });

  it('a port that is taken is named', async () => {
    const { code, errors } = await launch({
      PORT: new URL(product.tidemark.url).port,
      TIDEMARK_DATA_DIR: join(product.scratch, 'other-data'),
    });
    expect(code).toBe(2);
    expect(errors).toContain(`Port ${new URL(product.tidemark.url).port} of 127.0.0.1 is in use. Set PORT to a free one.`);
  });
});
