/** Small building blocks without behaviour: card, tag, key cap, skeleton, notice, empty and error places. */
import { CircleAlert, CircleCheck, Info, ShieldCheck, ShieldX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

export type Hue = 'ok' | 'warn' | 'exc' | 'bad' | 'draft' | 'save' | 'off' | 'accent';

const TAG: Record<Hue, string> = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  exc: 'bg-exc-soft text-exc',
  bad: 'bg-bad-soft text-bad',
  draft: 'bg-draft-soft text-draft',
  save: 'bg-save-soft text-save',
  off: 'bg-off-soft text-off',
  accent: 'bg-accent-soft text-accent-text',
};

export function Tag({
  hue = 'off',
  children,
  icon,
  className,
  title,
}: {
  hue?: Hue;
  children: ReactNode;
  icon?: ReactNode;
  className?: string;
  title?: string;
}) {
  return (
    <span
      title={title}
      className={cx('inline-flex h-5 items-center gap-1 rounded-chip px-2 text-hint font-medium whitespace-nowrap', TAG[hue], className)}
    >
      {icon}
      {children}
    </span>
  );
}

export function Card({
  title,
  note,
  actions,
  children,
  className,
  flush = false,
}: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  return (
    <section className={cx('min-w-0 overflow-hidden rounded-card border border-line-1 bg-surface', className)}>
      {title ? (
        <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-[18px] pt-2">
          <h2 className="text-ctl font-semibold">{title}</h2>
          {note ? <span className="text-second text-text-3">{note}</span> : null}
          <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>
        </div>
      ) : null}
      <div className={flush ? '' : 'px-[18px] pt-1 pb-4'}>{children}</div>
    </section>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-check border border-line-2 bg-surface px-1 font-sans text-axis text-text-3">
      {children}
    </kbd>
  );
}

export function Skeleton({ width, height = 14, className }: { width?: number | string; height?: number; className?: string }) {
  return (
    <span aria-hidden="true" className={cx('skeleton inline-block align-middle', className)} style={{ width: width ?? '100%', height }} />
  );
}

/** The room that content will take, as a skeleton. `children`: that content with empty values; it is neither seen, heard nor reached. */
export function SkeletonOf({ children }: { children: ReactNode }) {
  return (
    <div className="relative" aria-hidden="true">
      <div className="invisible" inert>
        {children}
      </div>
      <span className="skeleton absolute inset-0" />
    </div>
  );
}

const NOTICE: Record<'info' | 'ok' | 'warn' | 'bad' | 'off', { box: string; icon: ReactNode }> = {
  info: { box: 'bg-accent-soft', icon: <Info size={17} className="text-accent-text" aria-hidden="true" /> },
  ok: { box: 'bg-ok-soft', icon: <ShieldCheck size={17} className="text-ok" aria-hidden="true" /> },
  warn: { box: 'bg-warn-soft', icon: <TriangleAlert size={17} className="text-warn" aria-hidden="true" /> },
  bad: { box: 'bg-bad-soft', icon: <ShieldX size={17} className="text-bad" aria-hidden="true" /> },
  off: { box: 'bg-off-soft', icon: <CircleAlert size={17} className="text-off" aria-hidden="true" /> },
};

export function Notice({
  kind,
  title,
  children,
  action,
  live = false,
  className,
}: {
  kind: keyof typeof NOTICE;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  live?: boolean;
  className?: string;
}) {
  const look = NOTICE[kind];
  const strong = { info: 'text-text-1', ok: 'text-ok', warn: 'text-warn', bad: 'text-bad', off: 'text-text-1' }[kind];
  return (
    <div
      {...(live ? { role: kind === 'bad' ? 'alert' : 'status' } : {})}
      className={cx('flex items-start gap-3 rounded-card px-4 py-3 text-ctl', look.box, className)}
    >
      <span className="mt-px shrink-0">{look.icon}</span>
      <div className="min-w-0 grow">
        {title ? <span className={cx('font-semibold', strong)}>{title} </span> : null}
        <span className="text-text-1">{children}</span>
      </div>
      {action ? <div className="shrink-0">{action}</div> : null}
    </div>
  );
}

/** The place of content that is empty. */
export function Empty({ children, action, icon }: { children: ReactNode; action?: ReactNode; icon?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center text-ctl text-text-2">
      {icon ? <div className="grid size-10 place-items-center rounded-full bg-sunken text-text-3">{icon}</div> : null}
      <div className="max-w-[520px]">{children}</div>
      {action}
    </div>
  );
}

export function OkLine({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-second text-ok">
      <CircleCheck size={14} aria-hidden="true" />
      {children}
    </span>
  );
}

/** Facts as a definition list in columns. */
export function Facts({
  items,
  columns = 3,
}: {
  items: readonly { label: string; value: ReactNode; mono?: boolean }[];
  columns?: 1 | 2 | 3;
}) {
  return (
    <dl className={cx('grid gap-x-8 gap-y-3', columns === 3 ? 'lg:grid-cols-3 sm:grid-cols-2' : columns === 2 ? 'sm:grid-cols-2' : '')}>
      {items.map((item) => (
        <div
          key={item.label}
          className={cx(
            'grid min-w-0 items-baseline gap-3',
            columns === 1 ? 'grid-cols-[minmax(110px,180px)_minmax(0,1fr)]' : 'grid-cols-[minmax(110px,40%)_minmax(0,1fr)]',
          )}
        >
          <dt className="text-second text-text-3">{item.label}</dt>
          <dd className={cx('min-w-0 text-ctl break-words', item.mono && 'font-mono text-second')}>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
