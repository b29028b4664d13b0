/** What Flink 2.3 gives for functions on texts, JSON and collections; values are written as CAST(… AS STRING) shows them. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../codegen/interpreter.ts';
import type { Expression } from '../planner/expression.ts';
import { MapValue, type Value } from '../types/value.ts';
import { findFunction, functionNames } from './catalogue.ts';
import { type Arg, contextIn, ints, run, typeOf } from './function-harness.ts';

describe('texts', () => {
  test.each([
    ['SUBSTRING', ['emoji 😀 end', 7], '😀 end'],
    ['SUBSTRING', ['12345', -3, 2], '34'],
    ['SUBSTRING', ['Hello', 0, 2], 'He'],
    ['SUBSTRING', ['ab', -5, 2], ''],
    ['RIGHT', ['emoji 😀 end', 7], 'i 😀 end'],
    ['LPAD', ['ab', 5, 'xy'], 'xyxab'],
    ['LPAD', ['', 0, ''], null],
    ['LPAD', ['ab😀', 3, '*'], 'ab\ud83d'],
    ['OVERLAY', ['ab\ud83d', '\ude00', 4], 'ab\ud83d'],
    ['||', ['ab\ud83d', '\ude00!'], 'ab😀!'],
    ['UPPER', ['ab\ud83d'], 'AB\ud83d'],
    ['SPLIT_INDEX', ['ab\ud83d', 'a', 1], 'b\ud83d'],
    ['JSON_STRING', ['a"\ud83d'], '"a\\"\ud83d"'],
    // These work on bytes in Flink, so that the half has become a question mark.
    ['CONCAT', ['ab\ud83d', '\ude00'], 'ab??'],
    ['SUBSTRING', ['ab\ud83d', 2], 'b?'],
    ['REVERSE', ['ab\ud83d'], '?ba'],
    ['TRIM', ['ab\ud83d '], 'ab?'],
    ['POSITION', ['?', 'ab\ud83d'], '3'],
    ['LIKE', ['ab\ud83d', 'ab?'], 'TRUE'],
    ['TO_BASE64', ['ab\ud83d'], 'YWI/'],
    ['POSITION', ['é', 'été', 2], '3'],
    ['INSTR', ['aaaa', 'aa', 1, 2], '2'],
    ['INSTR', ['aXbX', 'X', -1], '4'],
    ['INITCAP', ['éTé à ZüRich'], 'éTé à ZüRich'],
    ['ASCII', ['é'], '-61'],
    ['CHR', [164], '¤'],
    ['REPLACE', ['aaaa', 'aa', '<$&>'], '<$&><$&>'],
    ['OVERLAY', ['null', 'ZZ', 2, 4], 'nZZ'],
    ['CONCAT_WS', [',', 'a', ['STRING', null], 'z'], 'a,z'],
    ['CONCAT', ['a', ['STRING', null]], null],
    ['SPLIT_INDEX', ['a,b,,c', ',', 2], ''],
    ['SPLIT_INDEX', ['a,b', ',', 5], null],
    ['REGEXP_REPLACE', ['foobar', 'o(o)', '<$1>'], 'f<o>bar'],
    ['REGEXP_EXTRACT', ['foothebar', 'foo(.*?)(bar)', 2], 'bar'],
    ['REGEXP', ['Hello', '(?i)^hELLO$'], 'TRUE'],
    ['PARSE_URL', ['https://user:pw@flink.apache.org:8080/a/b.html?k1=v1&k2=v%202#frag', 'HOST'], 'flink.apache.org'],
    ['PARSE_URL', ['https://h/a?k1=v1&k2=v%202#frag', 'QUERY', 'k2'], 'v%202'],
    ['MD5', ['abc'], '900150983cd24fb0d6963f7d28e17f72'],
    ['URL_ENCODE', ["a b&ü'"], 'a+b%26%C3%BC%27'],
    ['TO_BASE64', ['hello world'], 'aGVsbG8gd29ybGQ='],
    ['STR_TO_MAP', ['k1=v1,k2=v2'], '{k1=v1, k2=v2}'],
    ['LIKE', ['line1\ntab', 'line1%tab'], 'TRUE'],
    ['LIKE', ['\n', '_'], 'FALSE'],
    ['LIKE', ['-1/(a)', '-1/(%)'], 'TRUE'],
    ['LIKE', ['100%_done', '%\\%%'], 'TRUE'],
    ['SIMILAR TO', ['a,b,,c', '(a|b|c|,)*'], 'TRUE'],
    ['SIMILAR TO', ['a.b', 'a_b'], 'TRUE'],
    ['SIMILAR TO', ['axb', 'a.b'], 'FALSE'],
    ['IS_DIGIT', [['STRING', null]], 'FALSE'],
  ] as [string, Arg[], string | null][])('%s %j', (name, args, expected) => expect(run(name, args)).toBe(expected));
});

describe('JSON', () => {
  const json = '{"a":1.50,"b":"x","c":[1,{"n":2},null],"d":{"z":1,"e":null}}';
  test.each([
    ['JSON_VALUE', [json, '$.a'], {}, '1.50'],
    ['JSON_VALUE', ['{"a": 1e2}', '$.a'], {}, '1E+2'],
    ['JSON_VALUE', [json, '$.c'], {}, null],
    ['JSON_VALUE', [json, '$.x', 7], { onEmpty: 'DEFAULT' }, null],
    ['JSON_VALUE', [json, 'lax $.x', 7], { onEmpty: 'DEFAULT', returning: 'INT' }, '7'],
    ['JSON_VALUE', [json, 'strict $.x', -1], { onError: 'DEFAULT', returning: 'INT' }, '-1'],
    ['JSON_VALUE', ['{"a": [1, 2, 3]}', '$.a[-1]'], {}, '3'],
    ['JSON_QUERY', [json, '$.d'], {}, '{"e":null,"z":1}'],
    ['JSON_QUERY', [json, '$.b'], {}, null],
    ['JSON_QUERY', [json, '$.b'], { wrapper: 'CONDITIONAL' }, '["x"]'],
    ['JSON_QUERY', [json, '$.b'], { onError: 'EMPTY ARRAY' }, '[]'],
    ['JSON_QUERY', [json, '$.c[*].n'], {}, '[2]'],
    ['JSON_QUERY', ['{"a": [{"n": 1}, {"n": 2}]}', '$.a[?(@.n > 1)]'], {}, '[{"n":2}]'],
    ['JSON_QUERY', ['{"a":[1,2]}', '$.a'], { returning: 'ARRAY<STRING>' }, '[1, 2]'],
    ['JSON_QUERY', ['null', '$.x'], { onError: 'EMPTY ARRAY' }, '[]'],
    ['JSON_EXISTS', ['{"a": null}', '$.a'], {}, 'FALSE'],
    ['JSON_EXISTS', [json, '$.c[1].n'], {}, 'TRUE'],
    ['JSON_OBJECT', ['b', 1, 'a', ['STRING', null]], {}, '{"a":null,"b":1}'],
    ['JSON_OBJECT', ['b', ['STRING', null]], { onNull: 'ABSENT' }, '{}'],
    ['JSON_ARRAY', [1, ['INT', null], 'x"y'], {}, '[1,"x\\"y"]'],
    ['JSON_STRING', [['DECIMAL(5, 2)', '12.30']], {}, '12.30'],
    ['TRY_PARSE_JSON', ['{"a":1,"a":2}'], {}, null],
    ['IS JSON OBJECT', ['[1]'], {}, 'FALSE'],
  ] as [string, Arg[], Record<string, string>, string | null][])('%s %j %j', (name, args, options, expected) =>
    expect(run(name, args, options)).toBe(expected),
  );

  test('built JSON inside JSON_OBJECT goes in as it is, a text as a text', () => {
    const context = contextIn('UTC');
    const inner: Expression = {
      kind: 'call',
      function: 'JSON_ARRAY',
      args: [{ kind: 'literal', value: 1, type: typeOf('INT') }],
      type: typeOf('STRING'),
    };
    const key = (value: Value): Expression => ({ kind: 'literal', value, type: typeOf('STRING') });
    const outer: Expression = {
      kind: 'call',
      function: 'JSON_OBJECT',
      args: [key('a'), inner, key('b'), key('[1]')],
      type: typeOf('STRING'),
    };
    expect(evaluate(outer, [], context)).toBe('{"a":[1],"b":"[1]"}');
  });
});

describe('collections', () => {
  test.each([
    ['ARRAY_CONTAINS', [ints(3, null, 1), ['INT', null]], 'TRUE'],
    ['ARRAY_DISTINCT', [ints(3, null, 1, 3)], '[3, NULL, 1]'],
    ['ARRAY_POSITION', [ints(3, null, 1, 3), 1], '3'],
    ['ARRAY_REMOVE', [ints(3, null, 1, 3), 3], '[NULL, 1]'],
    ['ARRAY_SLICE', [ints(3, null, 1, 3), -2], '[1, 3]'],
    ['ARRAY_SLICE', [ints(1, 2, 3), 2, 3], '[2, 3]'],
    ['ARRAY_SORT', [ints(3, null, 1)], '[NULL, 1, 3]'],
    ['ARRAY_EXCEPT', [ints(2, 2, 2, 3), ints(3)], '[2]'],
    ['ARRAY_INTERSECT', [ints(3, null, 1, 3), ints(3, 1)], '[3, 1]'],
    ['ARRAY_MAX', [ints(null, -5, 3)], '3'],
    ['ARRAY_JOIN', [ints(1, null, 2), '-', 'NULL'], '1-NULL-2'],
    ['ITEM', [ints(1, 2), 5], null],
    [
      'CARDINALITY',
      [
        {
          kind: 'literal',
          value: new MapValue([['a', 1]]),
          type: { kind: 'MAP', key: typeOf('STRING'), value: typeOf('INT'), nullable: true },
        },
      ],
      '1',
    ],
  ] as [string, Arg[], string | null][])('%s', (name, args, expected) => expect(run(name, args)).toBe(expected));
});

test('every function has a signature, and NULL for a strict one without evaluate', () => {
  for (const name of functionNames()) {
    const scalar = findFunction(name);
    expect(scalar?.signature, name).not.toBe('');
    expect(name, name).toBe(name.toUpperCase());
  }
  expect(run('UPPER', [null])).toBeNull();
});
