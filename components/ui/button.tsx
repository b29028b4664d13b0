'use client';
/**
 * Buttons and links that look like buttons. A button that cannot be used stays focusable and says why (`offReason`): its title and
 * description carry the reason, a click does nothing. `busy` shows an arc and keeps the width.
 */
import Link from 'next/link';
import { type ButtonHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import { cx } from './class-names.ts';

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger' | 'link';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-on-accent font-semibold hover:bg-accent-hover shadow-1',
  plain: 'bg-surface text-text-1 font-medium border border-line-2 hover:bg-hover shadow-1',
  quiet: 'text-text-1 font-medium hover:bg-hover',
  danger: 'bg-bad-fill text-on-bad font-semibold hover:opacity-90 shadow-1',
  link: 'text-accent-text font-medium hover:underline underline-offset-3 px-0!',
};
const OFF: Record<ButtonLook, string> = {
  primary: 'bg-sunken text-text-off font-semibold border border-line-2',
  plain: 'bg-sunken text-text-off font-medium border border-line-2',
  quiet: 'text-text-off font-medium',
  danger: 'bg-sunken text-text-off font-semibold border border-line-2',
  link: 'text-text-off font-medium px-0!',
};
const SIZES = { md: 'h-8 px-3', sm: 'h-7 px-2.5', lg: 'h-10 px-4 text-body', icon: 'h-8 w-8 justify-center' } as const;
const BASE =
  'inline-flex items-center gap-2 rounded-ctl text-ctl whitespace-nowrap select-none transition-colors duration-80 coarse:min-h-11 shrink-0';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  look?: ButtonLook;
  size?: keyof typeof SIZES;
  icon?: ReactNode;
  busy?: boolean;
  /** Why it cannot be used now; absent = it can. */
  offReason?: string | null | undefined;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = 'plain',
  size = 'md',
  icon,
  busy = false,
  offReason,
  className,
  children,
  onClick,
  title,
  ref,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const off = Boolean(offReason) || busy;
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      title={offReason ?? title}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={offReason ? reasonId : rest['aria-describedby']}
      onClick={(event) => {
        if (off) {
          event.preventDefault();
          return;
        }
        onClick?.(event);
      }}
      className={cx(BASE, SIZES[size], offReason ? OFF[look] : LOOKS[look], className)}
    >
      {busy ? <Arc /> : icon}
      {children}
      {offReason ? (
        <span id={reasonId} hidden>
          {offReason}
        </span>
      ) : null}
    </button>
  );
}

export function ButtonLink({
  look = 'plain',
  size = 'md',
  icon,
  className,
  href,
  children,
}: {
  look?: ButtonLook;
  size?: keyof typeof SIZES;
  icon?: ReactNode;
  className?: string;
  href: string;
  children: ReactNode;
}) {
  return (
    <Link href={href} prefetch={false} className={cx(BASE, SIZES[size], LOOKS[look], className)}>
      {icon}
      {children}
    </Link>
  );
}

/** Icon-only button; the label is spoken and shown as title. */
export function IconButton({
  label,
  children,
  className,
  look = 'quiet',
  ...rest
}: Omit<ButtonProps, 'size' | 'icon'> & { label: string }) {
  return (
    <Button {...rest} look={look} size="icon" aria-label={label} title={label} className={cx('px-0', className)}>
      {children}
    </Button>
  );
}

/** The turning arc of work in progress. */
export function Arc({ size = 14 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" className="shrink-0">
      <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeOpacity="0.25" strokeWidth="2" />
      <path d="M7 1.5a5.5 5.5 0 0 1 5.5 5.5" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" className="turning" />
    </svg>
  );
}
