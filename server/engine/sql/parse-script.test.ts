import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expr } from './ast.ts';
import { SCRIPT, STATEMENTS } from './fixtures/statements.ts';
import { parseExpression, parseScript } from './parse-script.ts';

/** An expression with all its parentheses. */
function shape(text: string): string {
  const outcome = parseExpression(text);
  return 'problem' in outcome ? `problem: ${outcome.problem.message}` : show(outcome.expression);
}

function show(e: Expr): string {
  switch (e.kind) {
    case 'number':
      return e.text;
    case 'column':
      return e.path.map((part) => part.name).join('.');
    case 'unary':
      return `(${e.operator} ${show(e.operand)})`;
    case 'binaryOperation':
      return `(${show(e.left)} ${e.operator} ${show(e.right)})`;
    case 'is':
      return `(${show(e.operand)} IS ${e.isNegated ? 'NOT ' : ''}${e.test})`;
    case 'between':
      return `(${show(e.operand)} BETWEEN ${show(e.low)} AND ${show(e.high)})`;
    case 'inList':
      return `(${show(e.operand)} IN ${e.items.map(show).join(',')})`;
    case 'element':
      return `${show(e.operand)}[${show(e.index)}]`;
    default:
      return e.kind;
  }
}

function problemsOf(text: string): string[] {
  return parseScript(text).problems.map((p) => `${p.line}:${p.column}-${p.endLine}:${p.endColumn} ${p.message}`);
}

describe('the corpus', () => {
  it.each(STATEMENTS.map((statement) => [statement]))('parses %s', (statement) => {
    const outcome = parseScript(statement);
    expect(outcome.problems).toEqual([]);
    expect(outcome.statements).toHaveLength(1);
    const [only] = outcome.statements;
    expect(statement.slice(only!.start, only!.end)).toBe(statement.replace(/ -- the end$/, ''));
  });

  it('parses as one script, every span inside its parent', () => {
    const outcome = parseScript(SCRIPT);
    expect(outcome.problems).toEqual([]);
    expect(outcome.statements).toHaveLength(STATEMENTS.length);
    for (const statement of outcome.statements) checkSpans(statement, 0, SCRIPT.length);
  });
});

function checkSpans(node: unknown, start: number, end: number): void {
  if (Array.isArray(node)) for (const item of node) checkSpans(item, start, end);
  else if (node !== null && typeof node === 'object') {
    const span = node as { start?: number; end?: number };
    const from = span.start ?? start;
    const to = span.end ?? end;
    expect(from >= start && to <= end && from <= to, JSON.stringify(node).slice(0, 200)).toBe(true);
    for (const value of Object.values(node)) checkSpans(value, from, to);
  }
}

describe('precedence', () => {
  it.each([
    ['a OR b AND NOT c = d', '(a OR (b AND (NOT (c = d))))'],
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['a + b || c', '(a + (b || c))'],
    ['-a * b', '((- a) * b)'],
    ['- a[1]', '(- a[1])'],
    ['a = b IS NULL', '((a = b) IS NULL)'],
    ['a = b IN (1, 2)', '(a = (b IN 1,2))'],
    ['x BETWEEN a AND b + 1 AND c', '((x BETWEEN a AND (b + 1)) AND c)'],
    ['a < b = c', '((a < b) = c)'],
    ['a != b', '(a <> b)'],
    ['a IS NOT TRUE OR b IS UNKNOWN', '((a IS NOT TRUE) OR (b IS UNKNOWN))'],
    ['NOT a IS NULL', '(NOT (a IS NULL))'],
    ['1 - -2', '(1 - (- 2))'],
  ])('%s', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  it('INTERSECT binds tighter than UNION, and both go left to right', () => {
    const [statement] = parseScript('VALUES 1 UNION VALUES 2 INTERSECT VALUES 3 EXCEPT VALUES 4').statements;
    const body = statement!.kind === 'query' ? statement!.query.body : null;
    expect(body).toMatchObject({
      operator: 'EXCEPT',
      left: { operator: 'UNION', left: { kind: 'values' }, right: { operator: 'INTERSECT' } },
      right: { kind: 'values' },
    });
  });

  it('a comma binds looser than JOIN', () => {
    const [statement] = parseScript('SELECT * FROM a, b JOIN c ON b.x = c.x').statements;
    expect(statement).toMatchObject({ query: { body: { from: { type: 'CROSS', left: { kind: 'named' }, right: { type: 'INNER' } } } } });
  });

  it('tells a query in parentheses from an expression', () => {
    expect(shape('((SELECT 1) + 1)')).toBe('(scalarQuery + 1)');
    expect(shape('((SELECT 1) UNION (SELECT 2))')).toBe('scalarQuery');
    expect(shape('a IN ((SELECT 1), 2)')).toBe('(a IN scalarQuery,2)');
    expect(shape('a IN ((SELECT 1))')).toBe('inQuery');
  });
});

describe('problems', () => {
  it.each([
    ['SELECT id FORM events', "1:11-1:15 Unexpected 'FORM'; did you mean FROM?"],
    ['SELECT a FROM t WEHRE a = 1', "1:17-1:22 Unexpected 'WEHRE'; did you mean WHERE?"],
    ['SELCT 1', "1:1-1:6 Unexpected 'SELCT'; did you mean SELECT?"],
    ['SELECT (id + 1 FROM events', "1:16-1:20 Unexpected 'FROM'; expected ',' or ')'."],
    ['SELECT id AS value FROM t', "1:14-1:19 'value' is a reserved word; as a name it is written `value`."],
    ['SELECT id,\n  FROM t', "2:3-2:7 Unexpected 'FROM'; expected an expression. A comma too many stands before it."],
    ["CREATE TABLE t (a INT) WITH ('connector' 'kafka')", "1:42-1:49 Unexpected 'kafka'; expected '='."],
    ['CREATE TABLE t (a STRNG)', "1:19-1:24 Unknown type 'STRNG'. Did you mean STRING?"],
    ["SELECT 'abc\nFROM t", "1:8-1:12 Unterminated string: it begins here and has no closing ' (a ' inside a string is written twice)."],
    ['SELECT 1 /* oops', '1:10-1:17 Unterminated comment: it begins here and has no closing */.'],
    ['SELECT a FROM t GROUP a', "1:23-1:24 Unexpected 'a'; expected BY."],
    ['SELECT /*+ ', '1:8-1:11 Unterminated hint: it begins here and has no closing */.'],
    ['SELECT `a FROM t', '1:8-1:17 Unterminated quoted name: it begins here and has no closing back-tick.'],
    ['SELECT a FROM t WHERE', '1:22-1:22 Unexpected end of the script; expected an expression.'],
    ['SELECT a = ANY (SELECT 1)', '1:10-1:15 = ANY (…) is not supported; use IN or EXISTS.'],
    ['SELECT "a" FROM t', "1:8-1:11 Double quotes have no meaning here: texts stand in 'single quotes', names in `back-ticks`."],
  ])('%s', (text, expected) => {
    const found = problemsOf(text);
    expect(found).toEqual([expected]);
  });

  it('asks a join for its condition', () => {
    expect(problemsOf('SELECT * FROM a JOIN b WHERE a.x = b.x')).toEqual([
      expect.stringMatching(/^1:24-1:29 Unexpected 'WHERE'; expected .*ON or USING\.$/),
    ]);
  });

  it('gives the replacement that mends it', () => {
    expect(parseScript('SELECT id FORM t').problems[0]!.replacement).toBe('FROM');
    expect(parseScript('SELECT 1 AS value').problems[0]!.replacement).toBe('`value`');
  });

  it('tells every statement apart, also those in a statement set, and keeps the good ones', () => {
    const text =
      'SELECT (1;\nSELECT 2;\nEXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT;\nINSERT INTO b SELECT 1;\nINSERT c SELECT 1;\nEND;\nDROP x';
    const { statements, problems } = parseScript(text);
    expect(problems.map((p) => p.line)).toEqual([1, 4, 6, 8]);
    expect(statements).toMatchObject([{ kind: 'query' }, { kind: 'statementSet', inserts: [{ table: { parts: [{ name: 'b' }] } }] }]);
  });

  it('names a statement set without its end', () => {
    expect(problemsOf('SELECT 1;\nBEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;')).toEqual([
      '2:1-2:20 The statement set that begins here has no END;.',
    ]);
  });

  it('refuses nesting and chains that no stack could hold, with a problem', () => {
    const deep = [
      `SELECT ${'('.repeat(100_000)}1`,
      `SELECT ${'('.repeat(600)}1${')'.repeat(600)}`,
      `SELECT * FROM ${'(SELECT * FROM '.repeat(600)}t${')'.repeat(600)}`,
      `SELECT ${'NOT '.repeat(50_000)}a`,
      `SELECT ${'- '.repeat(50_000)}a`,
      `SELECT a${' + 1'.repeat(50_000)}`,
      `SELECT ${'CASE WHEN '.repeat(50_000)}`,
      `CREATE TABLE t (a ${'ARRAY<'.repeat(50_000)})`,
      `SELECT 1 ${'UNION SELECT 1 '.repeat(5_000)}`,
    ];
    for (const text of deep) expect(parseScript(text).problems[0]!.message).toMatch(/Nested more than 500|More than 2000/);
    expect(problemsOf(`SELECT ${'('.repeat(240)}1${')'.repeat(240)}`)).toEqual([]);
    expect(problemsOf(`SELECT * FROM ${'(SELECT * FROM '.repeat(120)}t${')'.repeat(120)}`)).toEqual([]);
  });
});

describe('meaning', () => {
  it('keeps the text of values and the case of names', () => {
    const { statements } = parseScript("SET 'a' = 'it''s';\nSET k.x = s3://b/c d ;\nSELECT `we``ird`, Data FROM t");
    expect(statements).toMatchObject([
      { key: 'a', value: "it's" },
      { key: 'k.x', value: 's3://b/c d' },
      { query: { body: { items: [{ expression: { path: [{ name: 'we`ird' }] } }, { expression: { path: [{ name: 'Data' }] } }] } } },
    ]);
  });

  it('puts the arguments of special syntax in their order', () => {
    const call = (text: string) => (parseExpression(text) as { expression: Extract<Expr, { kind: 'call' }> }).expression;
    expect(call("TRIM(LEADING 'x' FROM s)")).toMatchObject({
      args: [{ path: [{ name: 's' }] }, { value: 'x' }],
      syntax: { side: 'LEADING' },
    });
    expect(call('FLOOR(ts TO HOURS)')).toMatchObject({ args: [{ kind: 'column' }], syntax: { unit: 'HOUR' } });
    expect(call("JSON_VALUE(j, '$' NULL ON EMPTY DEFAULT 7 ON ERROR)")).toMatchObject({
      args: [{ kind: 'column' }, { value: '$' }, { text: '7' }],
      syntax: { onEmpty: 'NULL', onError: 'DEFAULT' },
    });
    expect(call('COUNT(*) FILTER (WHERE a) OVER w')).toMatchObject({
      isStar: true,
      args: [],
      filter: { kind: 'column' },
      over: { name: 'w' },
    });
  });

  it('PARTITION BY of a session window ends at the comma', () => {
    const [statement] = parseScript("SELECT * FROM SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR)").statements;
    expect(statement).toMatchObject({
      query: {
        body: {
          from: { arguments: [{ kind: 'table', partitionBy: [{ kind: 'column' }] }, { kind: 'descriptor' }, { kind: 'expression' }] },
        },
      },
    });
  });
});

describe('any text', () => {
  it('is read without throwing, with problems inside the text', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      ',',
      ';',
      "'",
      '`',
      '/*',
      '*/',
      '--',
      '/*+',
      '\n',
      '<',
      '>',
      '.',
      '1',
      'x',
      ' ',
      'SELECT',
      'END',
      'FROM',
      '[',
      '=>',
    );
    const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30), piece);
    fc.assert(
      fc.property(fc.constantFrom(...STATEMENTS, SCRIPT), fc.array(edit, { maxLength: 6 }), (seed, edits) => {
        let text = seed;
        for (const [where, cut, insert] of edits) {
          const at = Math.floor(where * text.length);
          text = text.slice(0, at) + insert + text.slice(at + cut);
        }
        for (const p of parseScript(text).problems) {
          expect(p.span.start >= 0 && p.span.end >= p.span.start && p.span.end <= text.length).toBe(true);
          expect(p.message).toMatch(/[.?;]$/);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
