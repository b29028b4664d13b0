import { describe, expect, it } from 'vitest';
import { DEFAULT_JOB_OPTIONS, JOB_OPTION_FIELDS, type JobOptions } from '../../server/contract/job-options.ts';
import { en } from '../i18n/en.ts';
import { makeFormat } from '../i18n/format.ts';
import { fillMessage } from '../i18n/message.ts';
import type { Translate } from '../i18n/provider.tsx';
import { zh } from '../i18n/zh.ts';
import { configurationGroups } from './configuration-model.ts';

const words = (dictionary: Record<string, string>): Translate =>
  ((key: string, values: Record<string, string | number> = {}) => fillMessage(dictionary[key] ?? key, values, String)) as Translate;
const rowsOf = (shown: JobOptions, saved = shown, locale: 'en' | 'zh' = 'en') =>
  new Map(
    configurationGroups('flink_opensource_sql_job', shown, saved, words(locale === 'en' ? en : zh), makeFormat(locale, 'UTC'))
      .flatMap((group) => group.rows)
      .map((row) => [row.name, row]),
  );

describe('configuration', () => {
  it('says values in words, with units and what is default', () => {
    const rows = rowsOf({ ...DEFAULT_JOB_OPTIONS, checkpointIntervalSeconds: 600 });
    expect(rows.get('checkpointIntervalSeconds')).toMatchObject({
      label: 'Checkpoint Interval',
      value: '600 s (10m 00s)',
      isDefault: false,
    });
    expect(rows.get('checkpointMode')).toMatchObject({ value: 'Exactly once', isDefault: true });
    expect(rows.get('resumeMaxNum')).toMatchObject({ value: 'Unlimited' });
    expect(rows.get('bucket')?.value).toBe('the store’s default bucket');
    expect(rows.has('smnTopic'), 'its switch is off').toBe(false);
    expect(rows.has('entrypoint'), 'a field of another type of job').toBe(false);
  });

  it('has no raw value in either language', () => {
    for (const locale of ['en', 'zh'] as const) {
      for (const row of rowsOf(DEFAULT_JOB_OPTIONS, DEFAULT_JOB_OPTIONS, locale).values()) {
        expect([row.name, row.value]).toEqual([
          row.name,
          expect.not.stringMatching(/^$|exactly_once|^-1$|^exception$|true|false|options\./),
        ]);
      }
    }
  });

  it('hides secrets', () => {
    const rows = rowsOf({
      ...DEFAULT_JOB_OPTIONS,
      runtimeConfiguration: { 'fs.s3a.secret.key': 'hunter2', 'table.exec.mini-batch.size': '5' },
    });
    expect(rows.get('runtimeConfiguration')?.value).toBe('fs.s3a.secret.key=••••••\ntable.exec.mini-batch.size=5');
  });

  it('tells what the saved version has instead, and whether it waits for a start', () => {
    const saved = { ...DEFAULT_JOB_OPTIONS, parallelism: 4, resumeMaxNum: 3, dirtyDataPolicy: 'save', dirtyDataPath: 'obs://b/d' } as const;
    const rows = rowsOf(DEFAULT_JOB_OPTIONS, saved);
    expect(rows.get('parallelism')?.saved).toEqual({ value: '4', needsRestart: true });
    expect(rows.get('resumeMaxNum')?.saved).toEqual({ value: '3 per hour', needsRestart: false });
    expect(rows.get('dirtyDataPath')?.saved).toEqual({ value: 'obs://b/d', needsRestart: true });
    expect([...rows.values()].filter((row) => row.saved).length).toBe(4);
    expect(JOB_OPTION_FIELDS.some((field) => field.name === 'parallelism')).toBe(true);
  });
});
