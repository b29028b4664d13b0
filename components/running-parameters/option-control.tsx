'use client';
/** The control of one option, drawn from its schema: switch, number with unit, choice, path, list. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { JobOptionName, JobOptions, OptionField } from '../../server/contract/job-options.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import { type Translate, useI18n } from '../i18n/provider.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Switch } from '../ui/toggle.tsx';
import { labelOf } from './option-problems.ts';

export interface OptionControlProps {
  field: OptionField;
  options: JobOptions;
  problem: string | undefined;
  onChange(part: Partial<JobOptions>): void;
}

const REQUIRED: ReadonlySet<JobOptionName> = new Set<JobOptionName>([
  'queueName',
  'cuNumber',
  'managerCuNumber',
  'parallelism',
  'entrypoint',
]);

function noteOf(field: OptionField, options: JobOptions, t: Translate): string | undefined {
  switch (field.name) {
    case 'checkpointEnabled':
      return options.checkpointEnabled ? t('options.note.checkpointEnabled') : t('options.note.checkpointEnabled.off');
    case 'resumeCheckpoint':
      return options.resumeCheckpoint ? undefined : t('options.note.resumeCheckpoint.off');
    case 'bucket':
      return t('options.note.bucket');
    case 'idleStateRetentionSeconds':
      return t('options.note.idle');
    case 'dirtyDataPolicy':
      return t('options.note.dirtyDataPolicy');
    case 'logEnabled':
      return t('options.note.logEnabled');
    case 'taskManagerConfigured':
      return t('options.note.taskManagerConfigured');
    case 'udfJarUrl':
      return t('options.note.udfJarUrl');
    case 'checkpointPath':
      return t('options.note.checkpointPath');
    case 'tmSlotNum':
      return t('options.note.tmSlotNum');
    case 'entrypoint':
      return t('options.note.entrypoint');
    case 'mainClass':
      return t('options.note.mainClass');
    default:
      return undefined;
  }
}

export function OptionControl(props: OptionControlProps) {
  const { field, options, problem, onChange } = props;
  const { t } = useI18n();
  const value = options[field.name];
  const label = labelOf(field, t);
  const note = noteOf(field, options, t);
  const set = (next: JobOptions[JobOptionName]) => onChange({ [field.name]: next });
  if (field.name === 'queueName') return <QueueField {...props} />;
  if (field.name === 'resumeMaxNum') return <RetryField {...props} />;
  switch (field.kind) {
    case 'boolean':
      return <Switch checked={value as boolean} onChange={set} label={label} note={note} />;
    case 'integer':
      return <NumberField {...props} label={label} note={note} />;
    case 'choice':
      return (
        <SelectField
          label={label}
          value={String(value)}
          options={field.choices.map((one) => ({ value: one, label: t(`options.choice.${one}` as PlainKey) }))}
          onChange={(next) => set(next as JobOptions['checkpointMode'])}
          hint={note}
          error={problem}
        />
      );
    case 'list':
      return (
        <TextArea
          label={label}
          mono
          rows={3}
          hint={t('options.note.lines')}
          error={problem}
          value={(value as string[]).join('\n')}
          onChange={(event) => set(event.target.value.split('\n').filter(Boolean))}
        />
      );
    case 'text':
      return (
        <TextField
          label={label}
          required={REQUIRED.has(field.name)}
          mono={field.isPath ?? false}
          hint={note}
          error={problem}
          value={String(value)}
          placeholder={field.isPath && field.name !== 'bucket' ? 'obs://' : undefined}
          onChange={(event) => set(event.target.value)}
        />
      );
    case 'properties':
      return null;
  }
}

/** A number: what is typed stays as it was typed until it is a number. */
function NumberField({ field, options, problem, onChange, label, note }: OptionControlProps & { label: string; note: string | undefined }) {
  const { t, f } = useI18n();
  const value = options[field.name] as number;
  const [text, setText] = useState(String(value));
  useEffect(() => setText((before) => (Number(before) === value ? before : String(value))), [value]);
  const range =
    field.min !== null && field.max !== null ? t('options.rangeHint', { min: f.full(field.min), max: f.full(field.max) }) : undefined;
  return (
    <TextField
      label={label}
      required={REQUIRED.has(field.name)}
      inputMode="numeric"
      unit={field.unit ? t(`options.unit.${field.unit}`) : undefined}
      hint={note ?? (field.group === 'resources' ? undefined : range)}
      title={range}
      error={problem}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const number = event.target.value.trim() === '' ? Number.NaN : Number(event.target.value);
        onChange({ [field.name]: number });
      }}
    />
  );
}

function QueueField({ field, options, problem, onChange }: OptionControlProps) {
  const { t, f } = useI18n();
  const { data } = useQuery(routeQuery('listQueues', keys.queues, {}));
  const known = data?.queues ?? [];
  const names = known.some((one) => one.name === options.queueName)
    ? known.map((one) => one.name)
    : [options.queueName, ...known.map((one) => one.name)];
  const free = (name: string) => {
    const queue = known.find((one) => one.name === name);
    if (queue?.engine === 'flink') return t('options.flinkQueue');
    return queue?.cus == null ? undefined : t('options.free', { n: f.full(Math.max(0, queue.cus - queue.usedCus)) });
  };
  return (
    <SelectField
      label={labelOf(field, t)}
      required
      value={options.queueName}
      error={problem}
      hint={free(options.queueName)}
      options={names.map((name) => ({ value: name, label: name, note: free(name) }))}
      onChange={(queueName) => onChange({ queueName })}
    />
  );
}

const FIRST_LIMIT = 10;

function RetryField({ field, options, problem, onChange }: OptionControlProps) {
  const { t } = useI18n();
  const limited = options.resumeMaxNum !== -1;
  return (
    <div className="grid grid-cols-2 items-start gap-2">
      <SelectField
        label={labelOf(field, t)}
        value={limited ? 'limited' : 'unlimited'}
        options={[
          { value: 'unlimited', label: t('options.unlimited') },
          { value: 'limited', label: t('options.limited') },
        ]}
        onChange={(next) => onChange({ resumeMaxNum: next === 'limited' ? FIRST_LIMIT : -1 })}
      />
      {limited ? (
        <div className="pt-[22px]">
          <TextField
            label={<span className="sr-only">{labelOf(field, t)}</span>}
            className="gap-0!"
            inputMode="numeric"
            unit={t('options.perHour')}
            error={problem}
            value={Number.isNaN(options.resumeMaxNum) ? '' : String(options.resumeMaxNum)}
            onChange={(event) => onChange({ resumeMaxNum: event.target.value === '' ? Number.NaN : Number(event.target.value) })}
          />
        </div>
      ) : null}
    </div>
  );
}
