'use client';
/** Tab list with counts (links or buttons are the caller's choice through onChange); panels are rendered by the caller. */
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

export interface Tab {
  value: string;
  label: ReactNode;
  mark?: ReactNode;
  count?: string | undefined;
}

export function Tabs({
  value,
  onChange,
  tabs,
  label,
  children,
  className,
  compact = false,
}: {
  value: string;
  onChange(value: string): void;
  tabs: readonly Tab[];
  label: string;
  children?: ReactNode;
  className?: string;
  compact?: boolean;
}) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(String(next))} className={cx('flex min-w-0 flex-col', className)}>
      <Base.List
        aria-label={label}
        activateOnFocus={false}
        className={cx(
          'flex min-w-0 overflow-x-auto border-b border-line-1 [scrollbar-width:none]',
          compact ? 'gap-1 px-2' : 'gap-1 px-(--gutter)',
        )}
      >
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="relative flex h-10 shrink-0 items-center gap-2 px-2.5 text-ctl font-medium whitespace-nowrap text-text-2 -outline-offset-2 after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full hover:text-text-1 data-active:font-semibold data-active:text-text-1 data-active:after:bg-accent"
          >
            {tab.mark}
            {tab.label}
            {tab.count === undefined ? null : <span className="num text-text-3">{tab.count}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      {children}
    </Base.Root>
  );
}

export function TabPanel({ value, children, className }: { value: string; children: ReactNode; className?: string }) {
  return (
    <Base.Panel value={value} className={cx('outline-none', className)}>
      {children}
    </Base.Panel>
  );
}
