import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tm-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function tidemark(
  words: readonly string[],
  options: { readonly environment?: Record<string, string>; readonly onOutput?: (out: string, stop: () => void) => void } = {},
): Promise<Result> {
  const environment = { ...process.env, TIDEMARK_DATA_DIR: join(folder, 'data'), ...options.environment };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...words], {
    env: environment,
    cwd: folder,
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    options.onOutput?.(out, () => child.kill('SIGTERM'));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

function script(text: string): string {
  const file = join(folder, 'script.sql');
  writeFileSync(file, text);
  return file;
}

function input(...lines: readonly string[]): string {
  writeFileSync(join(folder, 'in.csv'), lines.map((line) => `${line}\n`).join(''));
  return `CREATE TABLE src (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${folder}/in.csv', 'format' = 'csv');\n`;
}

describe('run', () => {
  test("rows of a query go to standard output in Flink's form, everything else to standard error", async () => {
    const file = script(`${input('1,a', '2,')}SELECT id + 1, name FROM src;`);
    const { code, out, err } = await tidemark(['run', file]);
    expect([code, out]).toEqual([0, '+I[2, a]\n+I[3, ]\n']);
    expect(err).not.toContain('+I');
  });

  test('a relative path of the script and of its tables is meant from the working directory', async () => {
    input('1,a');
    script(
      `CREATE TABLE src (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = 'in.csv', 'format' = 'csv');\nSELECT name FROM src;`,
    );
    expect(await tidemark(['run', 'script.sql'])).toMatchObject({ code: 0, out: '+I[a]\n' });
  });

  test('a refused script says where, exits 2, writes nothing', async () => {
    const file = script(
      `${input('1,a')}CREATE TABLE dst (id INT) WITH ('connector' = 'filesystem', 'path' = '${folder}/out', 'format' = 'csv');\nINSERT INTO dst\nSELECT idd FROM src;`,
    );
    const { code, out, err } = await tidemark(['run', file]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^${file}:4:8: .*idd`, 'm'));
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('a job that fails says why without a stack, and exits 1', async () => {
    const { code, err } = await tidemark(['run', script(`${input('1,a', 'x,b')}SELECT id FROM src;`)]);
    expect(code).toBe(1);
    expect(err).toContain('The job failed: ');
    expect(err).not.toMatch(/^\s+at /m);
  });

  test('a signal stops with a savepoint whose URI is the last line; --from goes on there, at another parallelism', async () => {
    const file = script(`
      CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000', 'fields.id.kind' = 'sequence',
        'fields.id.start' = '1', 'fields.id.end' = '4000');
      CREATE TABLE kept (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}/out', 'format' = 'csv');
      CREATE TABLE shown (n BIGINT) WITH ('connector' = 'print');
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO kept SELECT id FROM numbers;
        INSERT INTO shown SELECT COUNT(*) FROM numbers;
      END;`);
    let isStopped = false;
    const first = await tidemark(['run', file, '--checkpoint-dir', join(folder, 'snapshots')], {
      onOutput(_, stop) {
        if (!isStopped) stop();
        isStopped = true;
      },
    });
    expect(first.code).toBe(0);
    const savepoint = first.out.trimEnd().split('\n').at(-1) as string;
    expect(savepoint).toMatch(/^file:\/\/.*\/snapshots\/[0-9a-f]{32}\/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$/);
    const second = await tidemark(['run', file, '--from', savepoint, '--parallelism', '3']);
    expect(second.code).toBe(0);
    expect(second.out.trimEnd().split('\n').at(-1)).toContain('+U[4000]');
    const files = readdirSync(join(folder, 'out')).filter((name) => !/^[._]/.test(name));
    const ids = files
      .flatMap((name) =>
        readFileSync(join(folder, 'out', name), 'utf8')
          .trim()
          .split('\n')
          .map(Number),
      )
      .sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: 4000 }, (_, index) => index + 1));
  });

  test('a snapshot that is damaged is refused by name', async () => {
    const file = script(`${input('1,a')}SELECT id FROM src;`);
    const { code, err } = await tidemark(['run', file, '--from', `file://${folder}/nothing-here`]);
    expect(code).toBe(1);
    expect(err).toContain('there is no _metadata in it');
  });

  test('--json tells problems and ends as JSON lines', async () => {
    const refused = await tidemark(['run', script('SELECT 1 FROM nowhere;'), '--json']);
    expect(JSON.parse(refused.out)).toMatchObject({ ok: false, problems: [{ line: 1, column: 15 }] });
    const finished = await tidemark(['run', script(`${input('1,a')}SELECT id FROM src;`), '--json']);
    const lines = finished.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ line: '+I[1]' });
    expect(lines.at(-1)).toEqual({ state: 'finished', savepoint: null });
  });
});

describe('command line', () => {
  test.each([
    [[], 2],
    [['nonsense'], 2],
    [['run'], 2],
    [['run', 'missing.sql'], 2],
    [['run', 'script.sql', '--parallelism', 'many'], 2],
    [['run', 'script.sql', '--frm', 'x'], 2],
    [['check', 'script.sql', '--set', 'novalue'], 2],
    [['run', 'script.sql', '--checkpoint-dir', 'ftp://host/x'], 2],
    [['run', 'script.sql', '--checkpoint-dir', 'obs://Bad_Bucket/x'], 2],
    [['check', 'script.sql'], 0],
    [['help'], 0],
  ])('%j exits with %i', async (words, code) => {
    script(`${input('1,a')}SELECT id FROM src;`);
    const result = await tidemark(words);
    expect(result.code).toBe(code);
    expect(result.err).not.toMatch(/^\s+at /m);
  });

  test('explain prints the operators with uids, and as JSON', async () => {
    const file = script(`${input('1,a')}SELECT name, COUNT(*) FROM src GROUP BY name;`);
    const text = await tidemark(['explain', file]);
    expect(text.out).toMatch(/GroupAggregate\(.*\n.*uid=/);
    expect(JSON.parse((await tidemark(['explain', file, '--json'])).out)).toBeTypeOf('object');
  });
});

describe('against a server', () => {
  async function answering(status: number, body: unknown, act: (url: string) => Promise<Result>) {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const result = await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      return { result, requests };
    } finally {
      server.close();
    }
  }
  const environment = { TIDEMARK_TOKEN: 'secret-token' };

  test("the token goes along; the server's refusal is told in its words, exit 1", async () => {
    const error = { error: { code: 'not-allowed', message: 'This needs the right to start.', requestId: 'r' } };
    const { result, requests } = await answering(403, error, (url) => tidemark(['jobs', '--server', url], { environment }));
    expect(result).toMatchObject({ code: 1, err: 'This needs the right to start.\n' });
    expect(requests[0]?.headers.authorization).toBe('Bearer secret-token');
    expect(requests[0]?.url).toMatch(/^\/api\/v1\/jobs\?/);
  });

  test('without a token nothing is sent, exit 2', async () => {
    const { result, requests } = await answering(200, {}, (url) =>
      tidemark(['jobs', '--server', url], { environment: { TIDEMARK_TOKEN: '' } }),
    );
    expect([result.code, requests.length]).toEqual([2, 0]);
  });

  test('a server that is not there is told, exit 1', async () => {
    const result = await tidemark(['jobs', '--server', 'http://127.0.0.1:1'], { environment });
    expect(result.code).toBe(1);
    expect(result.err).toContain('does not answer');
  });
});
