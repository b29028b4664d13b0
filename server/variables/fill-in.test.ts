import { describe, expect, it } from 'vitest';
import { DEFAULT_JOB_OPTIONS } from '../contract/job-options.ts';
import { inEnglish } from '../contract/said.ts';
import { type FilledSql, fillInJob, fillInSql, variablesNamedIn, writtenPlace, writtenProblem } from './fill-in.ts';

const VARIABLES = { topic: 'flights', owner: "O'Hara", table: 'my`table', n: '40 + 2', empty: '' };

function filled(sql: string): FilledSql {
  const outcome = fillInSql(sql, VARIABLES);
  if (outcome.kind !== 'filled') throw new Error(outcome.problems[0]?.message);
  return outcome;
}

describe('values of global variables in SQL', () => {
  it('stay one literal or one name, and are text elsewhere', () => {
    const sql = "SELECT {{ n }}, '{{owner}}', 'it''s {{topic}}' FROM `{{table}}` /*+ OPTIONS('topic' = '{{topic}}') */";
    expect(filled(sql).sql).toBe("SELECT 40 + 2, 'O''Hara', 'it''s flights' FROM `my``table` /*+ OPTIONS('topic' = 'flights') */");
  });

  it('do not go into comments, nor into what only looks like a name', () => {
    const sql = "-- {{nobody}} it's\n/* {{nobody}} */ SELECT '{\"a\":{\"b\":1}}', '{{1a}}', '-- {{topic}}'";
    expect(filled(sql).sql).toBe("-- {{nobody}} it's\n/* {{nobody}} */ SELECT '{\"a\":{\"b\":1}}', '{{1a}}', '-- flights'");
  });

  it('are a problem with line and column where there is none of that name', () => {
    const outcome = fillInSql("SELECT 1;\nSELECT '{{topic}}', '{{topci}}';", VARIABLES);
    expect(outcome).toMatchObject({ kind: 'refused', problems: [{ line: 2, column: 22, endLine: 2, endColumn: 31 }] });
    expect(fillInSql('{{constructor}}', VARIABLES).kind).toBe('refused');
  });

  it.each(["WITH ('password' = '{{topic}}')", "WITH ('properties.sasl.jaas.config' /* c */ = -- d\n'a''{{topic}}')"])(
    'are refused as a secret: %s',
    (sql) => {
      const outcome = fillInSql(sql, VARIABLES);
      expect(outcome.kind === 'refused' && outcome.problems[0]?.message).toContain('Use a connection.');
    },
  );

  it('may stand beside a secret', () => {
    expect(filled("WITH ('password' = 'x', 'topic' = '{{topic}}')").sql).toContain("'topic' = 'flights'");
  });

  it('leave problems and warnings at the place that was written', () => {
    const sql = "SELECT '{{empty}}',\n  '{{owner}}' AS o, oops FROM t";
    const outcome = filled(sql);
    const at = outcome.sql.indexOf('oops');
    const problem = { message: 'No column oops.', line: 0, column: 0, endLine: 0, endColumn: 0, replacement: 'o' };
    const told = writtenProblem(sql, outcome, { ...problem, span: { start: at, end: at + 4 } });
    expect([sql.slice(told.span.start, told.span.end), told.line, told.column, told.replacement]).toEqual(['oops', 2, 21, 'o']);
    const inValue = outcome.sql.indexOf('Hara');
    const inside = writtenProblem(sql, outcome, { ...problem, span: { start: inValue, end: inValue + 4 } });
    expect(sql.slice(inside.span.start, inside.span.end)).toBe('{{owner}}');
    expect([inside.message, inside.replacement]).toEqual(['No column oops. Here is the value of {{owner}}.', null]);
    const column = at - outcome.sql.indexOf('\n');
    expect(writtenPlace(sql, outcome, { line: 2, column })).toEqual({ line: 2, column: 21 });
  });
});

describe('a job with global variables', () => {
  const options = {
    ...DEFAULT_JOB_OPTIONS,
    entrypointArgs: '--topic {{topic}} --who "{{ owner }}"',
    runtimeConfiguration: { 'pipeline.name': 'of {{topic}}' },
  };

  it('names those of its SQL, its arguments and its runtime configuration, and is started with these alone', () => {
    expect(variablesNamedIn("SELECT {{n}} -- {{table}}\n, '{{n}}'", options)).toEqual(['n', 'owner', 'topic']);
    const job = fillInJob('SELECT {{n}}', options, VARIABLES);
    expect(job).toMatchObject({
      kind: 'filled',
      sql: 'SELECT 40 + 2',
      options: { runtimeConfiguration: { 'pipeline.name': 'of flights' }, entrypointArgs: options.entrypointArgs },
      variables: { n: '40 + 2', owner: "O'Hara", topic: 'flights' },
    });
    expect(job.kind === 'filled' && Object.keys(job.variables)).toHaveLength(3);
  });

  it.each([
    ['SELECT 1;\n  SELECT {{x}}', {}, 'line 2, column 10: There is no global variable x.'],
    ['', { entrypointArgs: '--a {{x}}' }, 'Class Arguments: There is no global variable x.'],
    ['', { runtimeConfiguration: { 'pipeline.name': '{{x}}' } }, 'Runtime Configuration, pipeline.name: There is no global variable x.'],
    ['', { runtimeConfiguration: { 'fs.s3a.secret.key': '{{topic}}' } }, 'Use a connection.'],
  ])('is refused: %s %o', (sql, part, message) => {
    const job = fillInJob(sql, { ...DEFAULT_JOB_OPTIONS, ...part }, VARIABLES);
    expect(job.kind === 'refused' && inEnglish(job.message)).toContain(message);
  });
});
