import { describe, expect, it } from 'vitest';
import { DEFAULT_JOB_OPTIONS, JOB_OPTION_FIELDS } from '../../server/contract/job-options.ts';
import { en } from '../i18n/en.ts';
import { fillMessage } from '../i18n/message.ts';
import type { Translate } from '../i18n/provider.tsx';
import { isShown, optionPatch, optionProblems } from './option-problems.ts';

const t = ((key: keyof typeof en, params?: Record<string, string | number>) => fillMessage(en[key], params, String)) as Translate;
const shown = (
  name: string,
  options = DEFAULT_JOB_OPTIONS,
  type: 'flink_opensource_sql_job' | 'flink_jar_job' = 'flink_opensource_sql_job',
) => isShown(JOB_OPTION_FIELDS.find((field) => field.name === name)!, options, type);

describe('running parameters', () => {
  it('have a label in the dictionary each', () => {
    expect(JOB_OPTION_FIELDS.map((field) => field.label).filter((label) => !(label in en))).toEqual([]);
  });

  it('show what depends on a switch only while it is on, and the fields of the job type', () => {
    expect(shown('checkpointIntervalSeconds')).toBe(true);
    expect(shown('checkpointIntervalSeconds', { ...DEFAULT_JOB_OPTIONS, checkpointEnabled: false })).toBe(false);
    expect(shown('dirtyDataPath')).toBe(false);
    expect(shown('entrypoint')).toBe(false);
    expect(shown('entrypoint', DEFAULT_JOB_OPTIONS, 'flink_jar_job')).toBe(true);
  });

  it('name the range that is broken, and the rule between fields', () => {
    expect(optionProblems({ ...DEFAULT_JOB_OPTIONS, checkpointIntervalSeconds: 0 }, 'flink_opensource_sql_job', t)).toEqual({
      checkpointIntervalSeconds: 'Checkpoint Interval must be 1 to 999999; it is 0.',
    });
    expect(Object.keys(optionProblems({ ...DEFAULT_JOB_OPTIONS, parallelism: 5 }, 'flink_opensource_sql_job', t))).toEqual(['parallelism']);
    expect(optionProblems(DEFAULT_JOB_OPTIONS, 'flink_opensource_sql_job', t)).toEqual({});
  });

  it('send only what changed', () => {
    expect(optionPatch(DEFAULT_JOB_OPTIONS, { ...DEFAULT_JOB_OPTIONS, parallelism: 2, runtimeConfiguration: {} })).toEqual({
      parallelism: 2,
    });
  });
});
