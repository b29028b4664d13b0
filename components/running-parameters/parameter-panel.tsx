'use client';
/** Running Parameters: the options in groups, drawn from the contract. Dependent fields are indented under their switch and keep their value. */
import { Zap } from 'lucide-react';
import type { JobType } from '../../server/contract/job.ts';
import {
  JOB_OPTION_FIELDS,
  type JobOptions,
  OPTION_GROUPS,
  type OptionField,
  type OptionGroup,
} from '../../server/contract/job-options.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { OptionControl } from './option-control.tsx';
import { useOptionInAddress } from './option-in-address.ts';
import { isShown, labelOf, type OptionProblems } from './option-problems.ts';
import { PACKAGE_FIELDS, PackagePicker } from './package-picker.tsx';

export interface ParameterPanelProps {
  options: JobOptions;
  type: JobType;
  problems: OptionProblems;
  onChange(part: Partial<JobOptions>): void;
  groups?: readonly OptionGroup[];
}

/** Jar fields stand at the left of the page, the text box of keys in its own tab. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'runtimeConfiguration',
  'entrypoint',
  'mainClass',
  'entrypointArgs',
  'dependencyJars',
  'dependencyFiles',
]);

export function ParameterPanel({ options, type, problems, onChange, groups = OPTION_GROUPS }: ParameterPanelProps) {
  const { t } = useI18n();
  useOptionInAddress();
  return groups.map((group) => {
    const fields = JOB_OPTION_FIELDS.filter(
      (field) => field.group === group && !ELSEWHERE.has(field.name) && isShown(field, options, type),
    );
    if (fields.length === 0) return null;
    const live = fields.every((field) => field.appliesOnSave);
    return (
      <section key={group} className="border-b border-line-1 px-4 py-4 last:border-0">
        <div className="mb-3 flex items-center">
          <h2 className="text-ctl font-semibold text-text-2">{t(`options.group.${group}`)}</h2>
          {live ? (
            <span className="ml-auto flex items-center gap-1 text-hint text-text-3">
              <Zap size={12} aria-hidden="true" />
              {t('options.appliesOnSave')}
            </span>
          ) : null}
        </div>
        {group === 'resources' ? (
          <Resources fields={fields} options={options} problems={problems} onChange={onChange} />
        ) : (
          <Fields fields={fields} options={options} problems={problems} onChange={onChange} />
        )}
      </section>
    );
  });
}

type Part = Pick<ParameterPanelProps, 'options' | 'problems' | 'onChange'> & { fields: readonly OptionField[] };

function Fields({ fields, options, problems, onChange }: Part) {
  return (
    <div className="flex flex-col gap-3.5">
      {fields.map((field) => (
        <div key={field.name} id={`option-${field.name}`} className={cx('relative scroll-mt-6', field.dependsOn && 'pl-10')}>
          <OptionControl field={field} options={options} problem={problems[field.name]} onChange={onChange} />
          <Packages field={field} options={options} onChange={onChange} />
        </div>
      ))}
    </div>
  );
}

/** A file of a package instead of a typed path. */
function Packages({ field, options, onChange }: Pick<Part, 'options' | 'onChange'> & { field: OptionField }) {
  const { t } = useI18n();
  const kinds = PACKAGE_FIELDS[field.name];
  if (!kinds) return null;
  const value = options[field.name];
  const pick = (path: string) => onChange({ [field.name]: Array.isArray(value) ? [...value.filter((one) => one !== path), path] : path });
  return (
    <span className="absolute top-0 right-0">
      <PackagePicker label={labelOf(field, t)} kinds={kinds} onPick={pick} />
    </span>
  );
}

const IN_ROW: readonly string[] = ['cuNumber', 'managerCuNumber', 'parallelism'];

function Resources({ fields, options, problems, onChange }: Part) {
  const { t } = useI18n();
  const rest = Math.max(0, options.cuNumber - options.managerCuNumber);
  const inRow = fields.filter((field) => IN_ROW.includes(field.name));
  const problem = inRow.map((field) => problems[field.name]).find(Boolean);
  return (
    <div className="flex flex-col gap-3.5">
      <Fields fields={fields.filter((field) => !IN_ROW.includes(field.name))} options={options} problems={problems} onChange={onChange} />
      <div className="grid grid-cols-[1fr_1.5fr_1fr] gap-2">
        {inRow.map((field) => (
          <div key={field.name} id={`option-${field.name}`} className="min-w-0 scroll-mt-6">
            <OptionControl field={field} options={options} problem={problems[field.name] ? ' ' : undefined} onChange={onChange} />
          </div>
        ))}
      </div>
      <p className={cx('text-hint', problem ? 'text-bad' : 'text-text-3')} role={problem ? 'alert' : undefined}>
        {problem ?? t('options.cuHint', { total: options.cuNumber, manager: options.managerCuNumber, rest, most: 4 * rest })}
      </p>
    </div>
  );
}

/** Fields of a Jar job: application, class, arguments, dependencies. */
export function JarFields({ options, type, problems, onChange }: ParameterPanelProps) {
  const fields = JOB_OPTION_FIELDS.filter(
    (field) => ELSEWHERE.has(field.name) && field.name !== 'runtimeConfiguration' && isShown(field, options, type),
  );
  return <Fields fields={fields} options={options} problems={problems} onChange={onChange} />;
}
