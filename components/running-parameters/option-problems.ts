/** Problems of options by field: ranges in the viewer's language, rules that look at several options in the schema's words. */

import type { JobType } from '../../server/contract/job.ts';
import {
  JOB_OPTION_FIELDS,
  type JobOptionName,
  type JobOptions,
  jobOptionsSchema,
  type OptionField,
} from '../../server/contract/job-options.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import type { Translate } from '../i18n/provider.tsx';

export type OptionProblems = Partial<Record<JobOptionName, string>>;

/** Fields shown for a job type and the present values: what depends on something else is shown only while that has its value. */
export function isShown(field: OptionField, options: JobOptions, type: JobType): boolean {
  if (field.jobTypes && !field.jobTypes.includes(type)) return false;
  const on = field.dependsOn;
  return on === undefined || options[on.option as JobOptionName] === on.equals;
}

export function labelOf(field: OptionField, t: Translate): string {
  return t(field.label as PlainKey);
}

function rangeProblem(field: OptionField, value: unknown, t: Translate): string | null {
  if (field.kind !== 'integer') return null;
  const label = labelOf(field, t);
  if (typeof value !== 'number' || !Number.isInteger(value)) return t('options.whole', { label });
  if ((field.min !== null && value < field.min) || (field.max !== null && value > field.max))
    return t('options.range', { label, min: field.min ?? 0, max: field.max ?? 0, value });
  return null;
}

export function optionProblems(options: JobOptions, type: JobType, t: Translate): OptionProblems {
  const problems: OptionProblems = {};
  for (const field of JOB_OPTION_FIELDS) {
    const problem = isShown(field, options, type) ? rangeProblem(field, options[field.name], t) : null;
    if (problem) problems[field.name] = problem;
  }
  const parsed = jobOptionsSchema.safeParse(options);
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const name = issue.path[0] as JobOptionName;
    problems[name] ??= issue.message;
  }
  return problems;
}

/** Only what differs from the saved options: the patch that is sent. */
export function optionPatch(saved: JobOptions, options: JobOptions): Partial<JobOptions> {
  const changed = (Object.keys(options) as JobOptionName[]).filter((name) => JSON.stringify(saved[name]) !== JSON.stringify(options[name]));
  return Object.fromEntries(changed.map((name) => [name, options[name]])) as Partial<JobOptions>;
}
