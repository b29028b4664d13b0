import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCRIPT, STATEMENTS } from './fixtures/statements.ts';
import { formatSql } from './format-sql.ts';
import { lex } from './lexer.ts';
import { parseScript } from './parse-script.ts';
import { tokenize } from './tokens.ts';

/** The tree without its places. */
function meaning(text: string): unknown {
  return JSON.parse(
    JSON.stringify(parseScript(text).statements, (key, value) => (/^(start|end|.*[sS]pan)$/.test(key) ? undefined : value)),
  );
}

function commentsOf(text: string): string[] {
  return lex(text)
    .filter((token) => token.kind === 'comment')
    .map((token) => text.slice(token.start, token.end).trimEnd());
}

function expectFaithful(text: string): void {
  const formatted = formatSql(text);
  expect(parseScript(formatted).problems).toEqual([]);
  expect(meaning(formatted)).toEqual(meaning(text));
  expect(commentsOf(formatted)).toEqual(commentsOf(text));
  expect(formatSql(formatted)).toBe(formatted);
}

describe('formatSql', () => {
  it.each([...STATEMENTS, SCRIPT].map((text) => [text]))('keeps meaning and comments, and is at rest after once: %s', (text) => {
    expectFaithful(text);
  });

  it('lays out tables, options and queries', () => {
    const text = `create table t(id int,name string, -- who
 m map<string,int>) with('connector'='kafka','topic'='x'); insert into s select id,upper(name) n from t join u on t.id=u.id
 where id>1 and name in (select name from v) order by id limit 3;`;
    expect(formatSql(text)).toBe(`CREATE TABLE t (
  id INT,
  name STRING, -- who
  m MAP<STRING, INT>
) WITH (
  'connector' = 'kafka',
  'topic' = 'x'
);

INSERT INTO s
SELECT id, UPPER(name) n
FROM t
JOIN u ON t.id = u.id
WHERE id > 1
  AND name IN (
    SELECT name
    FROM v
  )
ORDER BY id
LIMIT 3;
`);
  });

  it('returns broken text unchanged', () => {
    expect(formatSql('select  a form  t')).toBe('select  a form  t');
  });

  it('keeps meaning wherever comments and line breaks stand', () => {
    const gap = fc.constantFrom(' ', '\n', ' -- c\n', ' /* d */ ', '\n-- own line\n', '\n\n', '/* two\nlines */');
    const corpus = STATEMENTS.filter((statement) => !/^(SET|ALTER)|MATCH_RECOGNIZE/.test(statement));
    fc.assert(
      fc.property(
        fc.constantFrom(...corpus),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), gap), { maxLength: 4 }),
        (statement, gaps) => {
          const tokens = lex(statement);
          let text = statement;
          const places = [...new Set(gaps.map(([where]) => tokens[Math.floor(where * (tokens.length - 1))]!.start))].sort((a, b) => b - a);
          places.forEach((place, i) => {
            text = `${text.slice(0, place)}${gaps[i]![1]}${text.slice(place)}`;
          });
          if (parseScript(text).problems.length === 0) expectFaithful(text);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('tokenize', () => {
  it('names what is seen', () => {
    const text = "SELECT count(a.key), 'x' /* c */ FROM `t` -- end";
    expect(tokenize(text).map((token) => `${token.category} ${text.slice(token.start, token.end)}`)).toEqual([
      'keyword SELECT',
      'function count',
      'operator (',
      'name a',
      'operator .',
      'name key',
      'operator )',
      'operator ,',
      "string 'x'",
      'comment /* c */',
      'keyword FROM',
      'quotedName `t`',
      'comment -- end',
    ]);
  });

  it('covers any text in order, leaving only white space out', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aé\'"`/*+-;.(1 \n#😀'.split('')), maxLength: 60 }), (text) => {
        let rest = '';
        let at = 0;
        for (const token of tokenize(text)) {
          expect(token.start >= at && token.end > token.start).toBe(true);
          rest += text.slice(at, token.start);
          at = token.end;
        }
        expect((rest + text.slice(at)).trim()).toBe('');
      }),
    );
  });
});
