import { describe, expect, it } from 'vitest';
import { checkOptions, nearestName, parseDurationMs, parseMemoryBytes } from '../formats/option-rules.ts';
import type { PlanTable } from '../planner/physical-plan.ts';
import type { SqlType } from '../types/sql-type.ts';
import { CONNECTOR_NAMES, connectorOf } from './registry.ts';

const INT: SqlType = { kind: 'INT', nullable: true };

function problems(connector: string, options: Record<string, string>): string[] {
  const physical = [{ name: 'id', type: INT }];
  const table: PlanTable = {
    name: 't',
    connector,
    options: { connector, ...options },
    physical,
    metadata: [],
    primaryKey: [],
    partitionKeys: [],
  };
  return (
    connectorOf(connector)
      ?.describe(table)
      .problems.map((problem) => problem.message) ?? ['no connector']
  );
}

describe('values of options', () => {
  it.each([
    ['10 s', 10_000],
    ['1min', 60_000],
    ['500', 500],
    ['2 h', 7_200_000],
    ['1 d', 86_400_000],
    ['PT1M30S', 90_000],
    ['10 parsecs', null],
    ['-1 s', null],
    ['', null],
  ])('duration %j', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });
  it.each([
    ['128MB', 134_217_728],
    ['64 kb', 65_536],
    ['1g', 2 ** 30],
    ['17', 17],
    ['1 mile', null],
  ])('size %j', (text, bytes) => {
    expect(parseMemoryBytes(text)).toBe(bytes);
  });
  it('reads a delimiter written with an escape', () => {
    const rules = [{ key: 'delimiter', kind: 'character' }] as const;
    for (const [text, value] of [
      ['\\t', '\t'],
      ['\\u0001', '\u0001'],
      [';', ';'],
      ['\\', '\\'],
    ] as const) {
      expect(checkOptions({ delimiter: text }, rules, 'x').values.text('delimiter')).toBe(value);
    }
    expect(checkOptions({ delimiter: ';;' }, rules, 'x').problems).toHaveLength(1);
  });
  it('finds the name that was meant, and none when nothing is near', () => {
    expect(nearestName('fil-size', ['file-size', 'path'])).toBe('file-size');
    expect(nearestName('colour', ['file-size', 'path'])).toBeNull();
  });
});

describe('tables', () => {
  it('knows its connectors', () => {
    expect(CONNECTOR_NAMES).toEqual(expect.arrayContaining(['filesystem', 'datagen', 'print', 'blackhole']));
    expect(CONNECTOR_NAMES).not.toContain('collect');
    expect(connectorOf('nosuch')).toBeNull();
  });
  it.each<[string, Record<string, string>, RegExp]>([
    ['filesystem', { format: 'json' }, /'path' of connector 'filesystem' is missing/],
    ['filesystem', { path: '/x' }, /'format' is missing/],
    ['filesystem', { path: '/x', format: 'jsn' }, /Did you mean 'json'/],
    ['filesystem', { path: '/x', format: 'json', 'json.ignore-parse-errors': 'maybe' }, /must be true or false, not 'maybe'/],
    ['filesystem', { path: '/x', format: 'json', 'csv.quote-character': 'x' }, /belongs to format 'csv'/],
    ['filesystem', { path: '/x', format: 'json', pth: '/y' }, /Did you mean 'path'/],
    ['filesystem', { path: 'hdfs://x/y', format: 'json' }, /scheme 'hdfs'/],
    ['filesystem', { path: 'obs://b/../x', format: 'json' }, /is no bucket name/],
    ['filesystem', { path: 's3://bucket/../x', format: 'json' }, /must not contain '.' or '..'/],
    ['datagen', { 'fields.id.kind': 'sequence' }, /'fields.id.start' is missing/],
    ['datagen', { 'fields.id.min': '7', 'fields.id.max': '3' }, /greater than/],
    ['print', { format: 'json' }, /Unknown option 'format'/],
  ])('%s %j', (connector, options, message) => {
    expect(problems(connector, options).join('\n')).toMatch(message);
  });
  it('finds nothing wrong with right tables', () => {
    expect(
      problems('filesystem', { path: 'obs://bucket/x', format: 'csv', 'csv.field-delimiter': ';', 'sink.rolling-policy.file-size': '1MB' }),
    ).toEqual([]);
    expect(
      problems('datagen', { 'rows-per-second': '5', 'fields.id.kind': 'sequence', 'fields.id.start': '1', 'fields.id.end': '9' }),
    ).toEqual([]);
    expect(problems('print', { 'print-identifier': 'x', 'standard-error': 'true' })).toEqual([]);
  });
});
