'use client';
/**
 * Form fields: label above, control, and one reserved line for the hint or, in its place, the error. Ids and aria-describedby are wired here.
 */
import { CircleAlert, Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes, useId, useState } from 'react';
import { cx } from './class-names.ts';

export const CONTROL =
  'h-8 w-full rounded-ctl border border-line-ctl bg-surface px-2.5 text-ctl text-text-1 placeholder:text-text-3 aria-invalid:border-bad-mark disabled:text-text-off disabled:bg-sunken coarse:h-11';

export interface FieldShape {
  label: ReactNode;
  required?: boolean | undefined;
  hint?: ReactNode;
  error?: string | null | undefined;
  /** Keep an empty line for a hint that may come (default: only where hint or error is given at all). */
  reserve?: boolean;
  className?: string | undefined;
}

export function Field({
  label,
  required,
  hint,
  error,
  reserve = false,
  className,
  children,
}: FieldShape & { children(ids: { id: string; describedBy: string | undefined; invalid: boolean }): ReactNode }) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <div className="text-hint font-medium text-text-2">
        <label htmlFor={id}>{label}</label>
        {required ? (
          <span aria-hidden="true" className="ml-0.5 text-bad">
            *
          </span>
        ) : null}
      </div>
      {children({ id, describedBy: note ? noteId : undefined, invalid: Boolean(error) })}
      {note || reserve ? (
        <div id={noteId} className={cx('min-h-4 text-hint', error ? 'flex items-start gap-1 text-bad' : 'text-text-3')}>
          {error ? <CircleAlert size={13} className="mt-px shrink-0" aria-hidden="true" /> : null}
          {error ?? hint}
        </div>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends FieldShape, Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className' | 'required'> {
  unit?: ReactNode;
  mono?: boolean;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, required, hint, error, reserve, className, unit, mono, ref, ...rest }: TextFieldProps) {
  return (
    <Field label={label} required={required} hint={hint} error={error} {...(reserve ? { reserve } : {})} className={className}>
      {({ id, describedBy, invalid }) => (
        <span className="relative flex">
          <input
            {...rest}
            ref={ref}
            id={id}
            required={required}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            className={cx(CONTROL, mono && 'font-mono text-second', unit ? 'pr-14' : null)}
          />
          {unit ? (
            <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-hint text-text-3">{unit}</span>
          ) : null}
        </span>
      )}
    </Field>
  );
}

export function TextArea({
  label,
  required,
  hint,
  error,
  className,
  mono,
  ...rest
}: FieldShape & { mono?: boolean } & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id' | 'className' | 'required'>) {
  return (
    <Field label={label} required={required} hint={hint} error={error} className={className}>
      {({ id, describedBy, invalid }) => (
        <textarea
          {...rest}
          id={id}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          className={cx(CONTROL, 'h-auto! resize-y py-1.5', mono && 'font-mono text-second')}
        />
      )}
    </Field>
  );
}

/** Password input with a button that shows what was typed. */
export function PasswordField({ showLabel, hideLabel, ...props }: TextFieldProps & { showLabel: string; hideLabel: string }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <TextField {...props} type={shown ? 'text' : 'password'} />
      <button
        type="button"
        onClick={() => setShown(!shown)}
        aria-label={shown ? hideLabel : showLabel}
        aria-pressed={shown}
        className="absolute top-[22px] right-0.5 grid size-8 place-items-center rounded-ctl text-text-3 hover:text-text-1"
      >
        {shown ? <EyeOff size={15} aria-hidden="true" /> : <Eye size={15} aria-hidden="true" />}
      </button>
    </div>
  );
}
