'use client';
/** Select of one value from a list. */
import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';
import { CONTROL, Field, type FieldShape } from './field.tsx';

export interface Option<V extends string> {
  value: V;
  label: string;
  note?: ReactNode;
}

export function SelectField<V extends string>({
  value,
  options,
  onChange,
  disabled,
  label,
  hideLabel,
  ...field
}: FieldShape & { value: V; options: readonly Option<V>[]; onChange(value: V): void; disabled?: boolean; hideLabel?: boolean }) {
  const control = (id: string | undefined, describedBy: string | undefined, invalid: boolean) => (
    <Base.Root items={options} value={value} disabled={disabled ?? false} onValueChange={(next) => next !== null && onChange(next as V)}>
      <Base.Trigger
        {...(id ? { id } : {})}
        aria-label={hideLabel && typeof label === 'string' ? label : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        className={cx(CONTROL, 'flex items-center gap-2 text-left')}
      >
        <Base.Value className="grow truncate" />
        <Base.Icon>
          <ChevronDown size={14} className="text-text-2" aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-[55] outline-none">
          <Base.Popup className="pop-in max-h-[min(60vh,360px)] min-w-(--anchor-width) overflow-y-auto rounded-card bg-raised p-1.5 shadow-2 outline-none">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-[30px] items-center gap-2 rounded-chip px-2 text-ctl outline-none select-none data-highlighted:bg-selected coarse:min-h-11"
                >
                  <span className="grid size-4 shrink-0 place-items-center">
                    <Base.ItemIndicator>
                      <Check size={14} className="text-accent-text" aria-hidden="true" />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className="grow">{option.label}</Base.ItemText>
                  {option.note ? <span className="text-hint text-text-3">{option.note}</span> : null}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
  if (hideLabel) return control(undefined, undefined, false);
  return (
    <Field label={label} {...field}>
      {({ id, describedBy, invalid }) => control(id, describedBy, invalid)}
    </Field>
  );
}
