'use client';
/** Kind and numbers of a condition. Each kind says what it looks at and what is allowed. */
import { useI18n } from '../i18n/provider.tsx';
import { DurationField } from '../ui/duration-field.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { type RuleDraft, SECONDS_RANGE } from './rule-draft.ts';
import { useUnits } from './units.ts';
import { KINDS } from './words.ts';

export function ConditionFields({ draft, onChange }: { draft: RuleDraft; onChange(part: Partial<RuleDraft>): void }) {
  const { t } = useI18n();
  const { kind } = draft;
  return (
    <div className="flex flex-col gap-3">
      <SelectField
        label={t('rule.when')}
        hint={t(`alarm.kindNote.${kind}`)}
        value={kind}
        options={KINDS.map((value) => ({ value, label: t(`alarm.kind.${value}`) }))}
        onChange={(next) => onChange({ kind: next })}
      />
      {kind === 'lag' ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('rule.overRecords')}
            type="number"
            min={0}
            unit={t('common.records')}
            value={Number.isNaN(draft.records) ? '' : draft.records}
            onChange={(event) => onChange({ records: event.target.valueAsNumber })}
          />
          <Span draft={draft} kind={kind} onChange={onChange} />
        </div>
      ) : null}
      {kind === 'restarts' ? (
        <TextField
          label={t('rule.overPerHour')}
          type="number"
          min={0}
          max={10_000}
          className="max-w-[240px]"
          value={Number.isNaN(draft.restarts) ? '' : draft.restarts}
          onChange={(event) => onChange({ restarts: event.target.valueAsNumber })}
        />
      ) : null}
      {kind === 'no-checkpoint' || kind === 'rpo' || kind === 'not-proven' ? (
        <div className="max-w-[300px]">
          <Span key={kind} draft={draft} kind={kind} onChange={onChange} />
        </div>
      ) : null}
    </div>
  );
}

function Span({ draft, kind, onChange }: { draft: RuleDraft; kind: keyof RuleDraft['seconds']; onChange(part: Partial<RuleDraft>): void }) {
  const { t, f } = useI18n();
  const units = useUnits();
  const [least, most] = SECONDS_RANGE[kind];
  const seconds = draft.seconds[kind];
  const range = t('rule.range', { from: f.spanWords(least * 1000), to: f.spanWords(most * 1000) });
  return (
    <DurationField
      label={t(kind === 'rpo' ? 'rule.over' : 'rule.for')}
      seconds={seconds}
      onChange={(next) => onChange({ seconds: { ...draft.seconds, [kind]: next } })}
      unitLabel={t('unit.label')}
      units={units}
      hint={kind === 'lag' ? t('rule.atOnce') : range}
      error={seconds >= least && seconds <= most ? null : range}
    />
  );
}
