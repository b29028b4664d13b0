/**
 * What the Configuration tab says of each option: its value in words with its unit, whether it is the default, and how the saved version differs.
 * Groups, order and names are those of Running Parameters; secrets are left out.
 */
import type { JobType } from '../../server/contract/job.ts';
import {
  JOB_OPTION_FIELDS,
  type JobOptionName,
  type JobOptions,
  OPTION_GROUPS,
  type OptionField,
  type OptionGroup,
} from '../../server/contract/job-options.ts';
import { argumentsWithoutSecrets, valueWithoutSecrets } from '../../server/contract/without-secrets.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import type { Format } from '../i18n/format.ts';
import type { Translate } from '../i18n/provider.tsx';

export interface ConfigurationRow {
  readonly name: JobOptionName;
  readonly label: string;
  /** Lines of it, in a list or of key=value. */
  readonly value: string;
  readonly isDefault: boolean;
  readonly isMono: boolean;
  /** The saved version has another value: that one, and whether it waits for the next start. */
  readonly saved: { readonly value: string; readonly needsRestart: boolean } | null;
}
export interface ConfigurationGroup {
  readonly group: OptionGroup;
  readonly rows: readonly ConfigurationRow[];
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** A field of another type of job, or one whose switch is off, says nothing. */
function isShown(field: OptionField, options: JobOptions, type: JobType): boolean {
  if (field.jobTypes && !field.jobTypes.includes(type)) return false;
  return !field.dependsOn || options[field.dependsOn.option as JobOptionName] === field.dependsOn.equals;
}

/** Values that stand for something else than themselves. */
const MEANING: Partial<Record<JobOptionName, readonly [value: unknown, key: PlainKey]>> = {
  resumeMaxNum: [-1, 'options.unlimited'],
  idleStateRetentionSeconds: [0, 'config.never'],
  tmSlotNum: [0, 'config.automatic'],
  bucket: ['', 'config.defaultBucket'],
  mainClass: ['', 'config.fromManifest'],
};

export function optionText(field: OptionField, value: JobOptions[JobOptionName], t: Translate, f: Format): string {
  const meaning = MEANING[field.name];
  if (meaning && meaning[0] === value) return t(meaning[1]);
  if (typeof value === 'boolean') return value ? t('common.on') : t('common.off');
  if (typeof value === 'number') {
    const text = field.unit ? `${f.full(value)} ${t(`options.unit.${field.unit}`)}` : f.full(value);
    return field.unit === 's' && value >= 120 ? `${text} (${f.span(value * 1_000)})` : text;
  }
  if (Array.isArray(value)) return value.join('\n') || '--';
  if (typeof value === 'object') {
    const hidden = valueWithoutSecrets(value) as Record<string, string>;
    return (
      Object.entries(hidden)
        .map(([key, text]) => `${key}=${text.startsWith('<secret:') ? '••••••' : text}`)
        .join('\n') || '--'
    );
  }
  if (field.kind === 'choice') return t(`options.choice.${value}` as PlainKey);
  return argumentsWithoutSecrets(value) || '--';
}

/** `shown` beside `saved`; the same object when there is nothing to compare. */
export function configurationGroups(
  type: JobType,
  shown: JobOptions,
  saved: JobOptions,
  t: Translate,
  f: Format,
): readonly ConfigurationGroup[] {
  return OPTION_GROUPS.map((group) => ({
    group,
    rows: JOB_OPTION_FIELDS.filter(
      (field) =>
        field.group === group &&
        (isShown(field, shown, type) || (isShown(field, saved, type) && !same(shown[field.name], saved[field.name]))),
    ).map((field) => ({
      name: field.name,
      label: t(`options.${field.name}` as PlainKey),
      value: optionText(field, shown[field.name], t, f),
      isDefault: same(shown[field.name], field.defaultValue),
      isMono:
        (field.isPath === true || field.kind === 'properties' || field.kind === 'list') && !same(shown[field.name], field.defaultValue),
      saved: same(shown[field.name], saved[field.name])
        ? null
        : { value: optionText(field, saved[field.name], t, f), needsRestart: field.appliesOnSave !== true },
    })),
  })).filter((one) => one.rows.length > 0);
}
