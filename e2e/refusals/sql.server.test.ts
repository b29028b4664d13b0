/** Wrong SQL, wrong options, paths outside the object store: marked by the check at their place, refused at the start, nothing written. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSql, factsOf, filesBelow, type Product, startProduct } from './fixture.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 400_000);
afterAll(() => product?.close());

const SOURCE = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');`;
const SINK = `CREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'obs://tidemark/kept', 'format' = 'csv');`;

const CASES: readonly (readonly [string, string, { line: number; column: number; message: RegExp }])[] = [
  ['a wrong statement', `${SOURCE}\n${SINK}\nINSERT INTO kept SELCT n FROM numbers;`, { line: 3, column: 18, message: /^.{10,300}$/ }],
  ['an unknown column', `${SOURCE}\n${SINK}\nINSERT INTO kept SELECT m FROM numbers;`, { line: 3, column: 25, message: /'m'/ }],
  [
    'an unknown connector',
    `${SOURCE}\nCREATE TABLE kept (n BIGINT) WITH (\n'connector' = 'filesistem');\nINSERT INTO kept SELECT n FROM numbers;`,
    { line: 3, column: 15, message: /There is no connector 'filesistem'.*Did you mean 'filesystem'/ },
  ],
  [
    'an unknown option',
    `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen',\n'rows-per-secnd' = '10');\n${SINK}\nINSERT INTO kept SELECT n FROM numbers;`,
    { line: 2, column: 1, message: /'rows-per-secnd'.*'rows-per-second'/ },
  ],
  [
    'an option with a wrong value',
    `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen',\n'rows-per-second' = 'many');\n${SINK}\nINSERT INTO kept SELECT n FROM numbers;`,
    { line: 2, column: 1, message: /'rows-per-second'.*'many'/ },
  ],
  [
    'a file of the server',
    `CREATE TABLE users (line STRING) WITH ('connector' = 'filesystem', 'format' = 'raw',\n'path' = 'file:///etc/passwd');\nCREATE TABLE kept (line STRING) WITH ('connector' = 'print');\nINSERT INTO kept SELECT line FROM users;`,
    {
      line: 2,
      column: 1,
      message: /^Path \/etc\/passwd is on the server's own disk, which jobs may not use; name a bucket, such as obs:\/\/bucket\/folder\.$/,
    },
  ],
  [
    'a relative path out of the folder',
    `${SOURCE}\nCREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv',\n'path' = '../../outside');\nINSERT INTO kept SELECT n FROM numbers;`,
    { line: 3, column: 1, message: /is on the server's own disk, which jobs may not use; name a bucket/ },
  ],
];

describe('SQL that cannot run', () => {
  it.each(CASES)('%s', async (name, sql, { line, column, message }) => {
    const { api, dataDir } = product;
    const checked = await checkSql(api, sql);
    expect(checked.isRight).toBe(false);
    const errors = checked.marks.filter((mark) => mark.severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ line, column, message: expect.stringMatching(message) });

    const job = await api.createJob(name.replaceAll(' ', '-'), sql);
    const before = await factsOf(api, job.id);
    const [refused] = await api.start(job.id);
    expect(refused?.outcome).toBe('refused');
    expect(refused?.message).toBe(`The SQL cannot run: line ${line}, column ${column}: ${errors[0]?.message}`);
    expect(await factsOf(api, job.id)).toEqual(before);
    expect(before).toEqual({ status: 'job_init', desired: 'stopped', runs: [], snapshots: [], ledger: [] });
    for (const folder of ['objects', 'runs', 'logs']) expect(filesBelow(join(dataDir, folder))).toEqual([]);
  });

  it('a snapshot folder on the disk of the server is no path of the object store', async () => {
    const { api } = product;
    const job = await api.createJob('imports', `${SOURCE}\n${SINK}\nINSERT INTO kept SELECT n FROM numbers;`);
    const before = await factsOf(api, job.id);
    for (const path of ['file:///etc', '/etc', 'obs://tidemark/../../etc', 'obs://tidemark/..%2f'.replace('%2f', '/x')]) {
      const answer = api.call('POST', `/jobs/${job.id}/import`, { path });
      await expect(answer).rejects.toThrow(/is not a path of the object store\. Write obs:\/\/<bucket>\/<folder>\./);
    }
    expect(await factsOf(api, job.id)).toEqual(before);
  });
});
