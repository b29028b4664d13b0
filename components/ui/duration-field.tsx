'use client';
/** A span as a number and its unit. The value is in seconds; NaN while the number is empty. */
import { useState } from 'react';
import { cx } from './class-names.ts';
import { CONTROL, Field, type FieldShape } from './field.tsx';
import { SelectField } from './select.tsx';

const SECONDS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;
export type DurationUnit = keyof typeof SECONDS;

function unitOf(seconds: number): DurationUnit {
  if (!Number.isFinite(seconds) || seconds === 0) return 'min';
  return (['d', 'h', 'min'] as const).find((unit) => seconds % SECONDS[unit] === 0) ?? 's';
}

export function DurationField({
  seconds,
  onChange,
  unitLabel,
  units,
  ...field
}: FieldShape & {
  seconds: number;
  onChange(seconds: number): void;
  unitLabel: string;
  units: Readonly<Record<DurationUnit, string>>;
}) {
  const [unit, setUnit] = useState(() => unitOf(seconds));
  const number = seconds / SECONDS[unit];
  return (
    <Field {...field}>
      {({ id, describedBy, invalid }) => (
        <span className="flex gap-2">
          <input
            id={id}
            type="number"
            min={0}
            step="any"
            inputMode="decimal"
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            value={Number.isNaN(number) ? '' : number}
            onChange={(event) => onChange(Math.round(event.target.valueAsNumber * SECONDS[unit]))}
            className={cx(CONTROL, 'min-w-0')}
          />
          <span className="w-[110px] shrink-0">
            <SelectField
              hideLabel
              label={unitLabel}
              value={unit}
              options={(Object.keys(SECONDS) as DurationUnit[]).map((one) => ({ value: one, label: units[one] }))}
              onChange={(next) => {
                setUnit(next);
                onChange(Math.round(number * SECONDS[next]));
              }}
            />
          </span>
        </span>
      )}
    </Field>
  );
}
