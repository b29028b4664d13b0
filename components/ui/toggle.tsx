'use client';
/** Switch with label and note, check box (tri-state), and radio cards. */
import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Radio } from '@base-ui/react/radio';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { Check, Minus } from 'lucide-react';
import { type MouseEvent, type ReactNode, useId } from 'react';
import { cx } from './class-names.ts';

export function Switch({
  checked,
  onChange,
  label,
  note,
  offReason,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  label: ReactNode;
  note?: ReactNode;
  offReason?: string | null | undefined;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <BaseSwitch.Root
        checked={checked}
        disabled={Boolean(offReason)}
        onCheckedChange={onChange}
        aria-labelledby={id}
        aria-describedby={note || offReason ? `${id}-note` : undefined}
        className="mt-px flex h-[18px] w-8 shrink-0 items-center rounded-full border border-line-ctl bg-sunken px-px transition-colors duration-80 data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
      >
        <BaseSwitch.Thumb className="size-3.5 rounded-full bg-line-ctl transition-transform duration-80 data-checked:translate-x-3.5 data-checked:bg-on-accent" />
      </BaseSwitch.Root>
      <div className="min-w-0">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the switch itself takes the keys; the text is a larger target for the mouse. */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the control inside has the role and the keys */}
        <div id={id} className="text-ctl font-medium" onClick={() => !offReason && onChange(!checked)}>
          {label}
        </div>
        {note || offReason ? (
          <div id={`${id}-note`} className="text-hint text-text-3">
            {offReason ?? note}
          </div>
        ) : null}
      </div>
    </div>
  );
}

export function CheckBox({
  checked,
  indeterminate = false,
  disabled = false,
  onChange,
  label,
  className,
}: {
  checked: boolean;
  indeterminate?: boolean;
  disabled?: boolean;
  onChange(checked: boolean, event?: Event | MouseEvent): void;
  label: string;
  className?: string;
}) {
  return (
    <BaseCheckbox.Root
      checked={checked}
      indeterminate={indeterminate}
      disabled={disabled}
      onCheckedChange={(next, details) => onChange(next, details.event)}
      aria-label={label}
      className={cx(
        'grid size-4 shrink-0 place-items-center rounded-check border border-line-ctl bg-surface text-on-accent data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50 data-indeterminate:border-accent data-indeterminate:bg-accent',
        className,
      )}
    >
      <BaseCheckbox.Indicator>
        {indeterminate ? <Minus size={12} strokeWidth={3} aria-hidden="true" /> : <Check size={12} strokeWidth={3} aria-hidden="true" />}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
}

/** Check box with visible text. */
export function CheckLine({
  checked,
  onChange,
  label,
  note,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  label: string;
  note?: ReactNode;
}) {
  return (
    <div className="flex items-start gap-2">
      <CheckBox checked={checked} onChange={onChange} label={label} className="mt-px" />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the box takes the keys; the text is a larger target for the mouse. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the control inside has the role and the keys */}
      <span className="text-ctl" onClick={() => onChange(!checked)}>
        {label}
        {note ? <span className="block text-hint text-text-3">{note}</span> : null}
      </span>
    </div>
  );
}

/** The ring of a radio choice; put it inside a RadioGroup. */
export function RadioRing({ value, label, disabled = false }: { value: string; label: string; disabled?: boolean }) {
  return (
    <Radio.Root
      value={value}
      disabled={disabled}
      aria-label={label}
      className="grid size-4 shrink-0 place-items-center rounded-full border border-line-ctl bg-surface data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
    >
      <Radio.Indicator className="size-1.5 rounded-full bg-on-accent" />
    </Radio.Root>
  );
}

/** A switch in a table cell: its label is spoken only. */
export function SmallSwitch({
  checked,
  onChange,
  label,
  offReason,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  label: string;
  offReason?: string | null;
}) {
  return (
    <BaseSwitch.Root
      checked={checked}
      disabled={Boolean(offReason)}
      onCheckedChange={onChange}
      aria-label={label}
      title={offReason ?? label}
      className="flex h-[18px] w-8 shrink-0 items-center rounded-full border border-line-ctl bg-sunken px-px transition-colors duration-80 data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
    >
      <BaseSwitch.Thumb className="size-3.5 rounded-full bg-line-ctl transition-transform duration-80 data-checked:translate-x-3.5 data-checked:bg-on-accent" />
    </BaseSwitch.Root>
  );
}
