/** What the Flink engine works out without a cluster: scripts, settings, places, causes. */
import { describe, expect, it } from 'vitest';
import { rootCauseOf } from './cluster.ts';
import { fromFlinkUri, toFlinkUri } from './flink-paths.ts';
import { isBefore } from './handshake.ts';
import { flinkJobId, flinkSettings, savepointFormatOf, settingsProblem } from './job-configuration.ts';
import { prepareScript } from './prepare-script.ts';
import { failureOf } from './read-failure.ts';
import { lastWarnings } from './task-manager-log.ts';
import { triggerIdOf } from './trigger-id.ts';

const local = { kind: 'local', root: '/data/objects' } as const;
const s3 = { kind: 's3', endpoint: null, region: 'r', accessKey: 'a', secretKey: 's', forcePathStyle: false } as const;
const prepare = (sql: string, more: Partial<Parameters<typeof prepareScript>[0]> = {}) =>
  prepareScript({ sql, startPosition: null, connections: {}, store: local, ...more });

describe('a script for the SQL Gateway', () => {
  it('is split by its text, with all INSERTs as one job', () => {
    const prepared = prepare(`
SET 'table.local-time-zone' = 'UTC'; -- a comment; with a semicolon
CREATE TABLE a (x STRING) WITH ('connector' = 'datagen');
/* CREATE TABLE b; */
CREATE FUNCTION f AS 'com.example.F;x';
INSERT INTO s SELECT x || ';' FROM a;
BEGIN STATEMENT SET;
INSERT INTO t SELECT x FROM a;
INSERT INTO u SELECT x FROM a;
END;`);
    if (prepared.kind !== 'prepared') throw new Error(prepared.message);
    expect(prepared.settings).toEqual({ 'table.local-time-zone': 'UTC' });
    expect(prepared.declarations.map(({ line }) => line)).toEqual([3, 5]);
    expect(prepared.insertCount).toBe(3);
    expect(prepared.submission).toBe(
      "EXECUTE STATEMENT SET BEGIN\nINSERT INTO s SELECT x || ';' FROM a;\nINSERT INTO t SELECT x FROM a;\nINSERT INTO u SELECT x FROM a;\nEND",
    );
  });

  it('has connections, places and a start time written out', () => {
    const connections = {
      prod: { kind: 'kafka', options: { 'properties.bootstrap.servers': 'b:9092', 'properties.x': "it's" }, store: null },
    } as const;
    const sql = `CREATE TABLE a (x STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'connection' = 'prod', 'scan.startup.mode' = 'latest-offset');
CREATE TABLE f (x STRING) WITH ('connector' = 'filesystem', 'path' = 'obs://b1b/x', 'format' = 'csv');
INSERT INTO f SELECT x FROM a`;
    const prepared = prepare(sql, { connections, startPosition: { kind: 'timestamp', ms: 5 } });
    if (prepared.kind !== 'prepared') throw new Error(prepared.message);
    const [kafka, files] = prepared.declarations.map((one) => one.sql);
    expect(kafka).toBe(
      "CREATE TABLE a (x STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'properties.x' = 'it''s', 'scan.startup.mode' = 'timestamp', 'scan.startup.timestamp-millis' = '5')",
    );
    expect(files).toContain("'path' = 'file:///data/objects/b1b/x'");
    expect(prepare(sql)).toEqual({ kind: 'refused', message: "Line 1: table a: there is no connection 'prod'." });
    const cluster = { prod: { kind: 'flink', options: {}, store: null } } as const;
    expect(prepare(sql, { connections: cluster })).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('is a Flink cluster'),
    });
  });

  it('is refused when nothing of it would run', () => {
    expect(prepare('CREATE TABLE a (x INT)')).toMatchObject({ kind: 'refused' });
    expect(prepare('INSERT INTO a SELECT 1;\nSELECT 2')).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^Line 2: a query/),
    });
  });
});

describe('settings of a run', () => {
  const spec = {
    jobId: '7',
    jobName: 'orders',
    runId: '3f2a9c00-1111-4222-8333-444455556666',
    settings: { 'execution.checkpointing.interval': '30 s', 'pipeline.name': 'mine' },
    parallelism: 4,
    checkpointDirectory: 'obs://tidemark/jobs/checkpoint/7_ab',
    savepointDirectory: 'obs://tidemark/jobs/savepoint/7',
    store: s3,
    restoreFrom: 'obs://tidemark/jobs/savepoint/7/savepoint-1',
    allowNonRestoredState: false,
    restartsByItself: true,
  };

  it('come from the script, the panel, and last from the console', () => {
    const settings = new Map(
      flinkSettings(spec, { 'execution.checkpointing.interval': '1 s', 'table.x': 'y' }).map((one) => [one.key, one]),
    );
    expect(settings.get('execution.checkpointing.interval')).toMatchObject({ value: '30 s', from: 'parameters' });
    expect(settings.get('table.x')).toMatchObject({ from: 'script' });
    expect(settings.get('pipeline.name')?.value).toBe('orders [tidemark 7 3f2a9c00-1111-4222-8333-444455556666]');
    expect(settings.get('$internal.pipeline.job-id')?.value).toBe('3f2a9c00111142228333444455556666');
    expect(settings.get('execution.checkpointing.dir')?.value).toBe('s3://tidemark/jobs/checkpoint/7_ab');
    expect(settings.get('execution.state-recovery.claim-mode')?.value).toBe('NO_CLAIM');
    expect(() => flinkJobId('not-a-uuid')).toThrow();
  });
});

describe('places', () => {
  it('are the same there and back, and none out of the store', () => {
    for (const store of [local, s3]) {
      const place = toFlinkUri(store, 'obs://tidemark/jobs/x/chk-1') as string;
      expect(fromFlinkUri(store, place)).toBe('obs://tidemark/jobs/x/chk-1');
      expect(fromFlinkUri(store, `${place}/_metadata`)).toBe('obs://tidemark/jobs/x/chk-1');
    }
    // Flink writes one slash.
    expect(fromFlinkUri(local, 'file:/data/objects/tidemark/chk-1')).toBe('obs://tidemark/chk-1');
    expect(fromFlinkUri(local, 'file:/data/objects-of-others/chk-1')).toBe(null);
    expect(fromFlinkUri(s3, 'hdfs://nn/chk-1')).toBe(null);
  });
});

describe('what Flink says', () => {
  const trace = `Internal server error.
<Exception on server side:
org.apache.flink.table.gateway.api.utils.SqlGatewayException: Failed to fetchResults.
\tat org.apache.flink.Fetch.handle(Fetch.java:91)
Caused by: org.apache.flink.table.api.ValidationException: SQL validation failed. At line 1, column 8:
Column 'y' not found
\tat org.apache.flink.Plan.plan(Plan.java:1)
Caused by: java.lang.RuntimeException
\tat org.apache.flink.Plan.plan(Plan.java:2)
\t... 7 more

End of exception on server side>`;

  it('is its innermost cause that has words', () => {
    expect(rootCauseOf(trace)).toEqual({
      className: 'ValidationException',
      message: "SQL validation failed. At line 1, column 8: Column 'y' not found",
    });
    expect(rootCauseOf('nothing like a trace').message).toBe('nothing like a trace');
  });

  it('is told apart for restarts', () => {
    const entry = (stacktrace: string) => ({
      exceptionName: '',
      timestamp: 0,
      taskName: 'Source: orders (2/4) - execution #3',
      stacktrace,
      concurrentExceptions: [],
    });
    const frame = 'org.apache.flink.runtime.JobException: Recovery is suppressed by X\n\tat a.B.c(B.java:1)';
    const cause = 'java.io.IOException: Failed to deserialize\n\tat a.B.c(B.java:1)';
    expect(failureOf([entry(frame), entry(cause)], false)).toMatchObject({
      message: 'IOException: Failed to deserialize',
      causeKey: 'flink-IOException@Source: orders',
      isRetryable: true,
    });
    const missing = `${frame}\nCaused by: java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory\n\tat a.B.c(B.java:1)`;
    expect(failureOf([entry(missing)], true)).toMatchObject({ causeKey: 'restore-broken', isRetryable: false });
    expect(failureOf([entry(missing)], false).causeKey).not.toBe('restore-broken');
    const unmapped =
      'java.lang.IllegalStateException: Failed to rollback. Cannot map checkpoint/savepoint state for operator a to the new program\n\tat a.B.c(B.java:1)';
    expect(failureOf([entry(unmapped)], true)).toMatchObject({ causeKey: 'restore-incompatible', domain: 'user' });
  });

  it('compares versions by their numbers', () => {
    expect([isBefore('1.9.3', '1.20'), isBefore('2.3.0', '1.20'), isBefore('1.20.1', '1.20'), isBefore('2.10', '2.9')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

it('an order that is given again is the same savepoint', () => {
  expect(triggerIdOf('0f8fad5b-d9cb-469f-a165-70867728950e:1')).toBe(triggerIdOf('0f8fad5b-d9cb-469f-a165-70867728950e:12'));
  expect(triggerIdOf('0f8fad5b-d9cb-469f-a165-70867728950e:1')).not.toBe(triggerIdOf('1f8fad5b-d9cb-469f-a165-70867728950e:1'));
  expect(triggerIdOf('x:1')).toMatch(/^[0-9a-f]{32}$/);
});

describe('the log of a TaskManager', () => {
  it('gives its last warnings and errors, each with its stack trace', () => {
    const line = (level: string, text: string) =>
      `2026-11-25 09:12:49,407 ${level.padEnd(5)} org.apache.flink.runtime.taskmanager.Task [] - ${text}`;
    const log = [
      line('INFO', 'started'),
      line('WARN', 'Source: a switched from RUNNING to FAILED'),
      'java.lang.ArithmeticException: / by zero',
      '\tat StreamExecCalc.processElement(Unknown Source)',
      line('INFO', 'Freeing task resources'),
      'of no warning',
      line('ERROR', 'lost'),
    ];
    expect(lastWarnings(log.join('\n'))).toEqual([log.slice(1, 4).join('\n'), log[6]]);
    const many = Array.from({ length: 30 }, (_, index) => line('WARN', `${index}`));
    expect(lastWarnings(many.join('\n'))).toEqual(many.slice(-10));
    const long = lastWarnings([line('ERROR', 'deep'), ...Array.from({ length: 900 }, () => '\tat somewhere')].join('\n'));
    expect(long[0]?.split('\n')).toHaveLength(40);
  });
});

describe('the form of savepoints', () => {
  it('is canonical unless the Runtime Configuration says otherwise, and is no setting of Flink', () => {
    const key = 'tidemark.savepoint-format';
    expect([{}, { [key]: 'native' }, { [key]: ' CANONICAL ' }].map(savepointFormatOf)).toEqual(['CANONICAL', 'NATIVE', 'CANONICAL']);
    expect(settingsProblem({ [key]: 'native' })).toBe(null);
    expect(settingsProblem({ [key]: 'zip' })).toMatch(/is zip; write CANONICAL or NATIVE/);
    expect(settingsProblem({}, { [key]: 'NATIVE' })).toMatch(/not as SET/);
    const spec = { jobId: '1', jobName: 'j', runId: '00000000-0000-0000-0000-000000000000', settings: { [key]: 'NATIVE' }, parallelism: 1 };
    const rest = { savepointDirectory: null, store: local, restoreFrom: null, allowNonRestoredState: false, checkpointDirectory: null };
    expect(flinkSettings({ ...spec, ...rest, restartsByItself: true }, {}).map((one) => one.key)).not.toContain(key);
  });
});
