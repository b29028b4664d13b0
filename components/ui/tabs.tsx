'use client';
/**
 * Tab list with counts; panels are rendered by the caller. Where the tabs do not fit they scroll: the edges fade, the chosen one is brought into view, and a
 * menu at the end (when it has a name) lists all of them.
 */
import { Tabs as Base } from '@base-ui/react/tabs';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './class-names.ts';
import { Menu } from './menu.tsx';

export interface Tab {
  value: string;
  label: string;
  mark?: ReactNode;
  count?: string | undefined;
}

/** Whether something of the list is out of view at its start and its end. */
function useOverflow(list: RefObject<HTMLDivElement | null>): { start: boolean; end: boolean } {
  const [over, setOver] = useState({ start: false, end: false });
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const look = () => {
      const start = box.scrollLeft > 1;
      const end = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
      setOver((before) => (before.start === start && before.end === end ? before : { start, end }));
    };
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    for (const tab of box.children) watcher.observe(tab);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [list]);
  return over;
}

const FADE = 28;
function fadeOf({ start, end }: { start: boolean; end: boolean }): string | undefined {
  if (!start && !end) return undefined;
  return `linear-gradient(to right, ${start ? `transparent, black ${FADE}px` : 'black'}, ${end ? `black calc(100% - ${FADE}px), transparent` : 'black'})`;
}

export function Tabs({
  value,
  onChange,
  tabs,
  label,
  allLabel,
  children,
  className,
  compact = false,
}: {
  value: string;
  onChange(value: string): void;
  tabs: readonly Tab[];
  label: string;
  /** Name of the menu of all tabs, for lists that may not fit. */
  allLabel?: string;
  children?: ReactNode;
  className?: string;
  compact?: boolean;
}) {
  const list = useRef<HTMLDivElement>(null);
  const over = useOverflow(list);
  const overflows = over.start || over.end;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab is brought into view when it changes, and when the list becomes too narrow.
  useEffect(() => {
    const box = list.current;
    const tab = box?.querySelector<HTMLElement>('[data-active]');
    if (!box || !tab || box.scrollWidth <= box.clientWidth) return;
    const left = tab.offsetLeft - FADE;
    const right = tab.offsetLeft + tab.offsetWidth + FADE;
    if (left < box.scrollLeft) box.scrollTo({ left });
    else if (right > box.scrollLeft + box.clientWidth) box.scrollTo({ left: right - box.clientWidth });
  }, [value, overflows]);
  const fade = fadeOf(over);
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(String(next))} className={cx('flex min-w-0 flex-col', className)}>
      <div className={cx('flex min-w-0 items-center border-b border-line-1', compact ? 'px-2' : 'px-(--gutter)')}>
        <Base.List
          ref={list}
          aria-label={label}
          activateOnFocus={false}
          className="-mb-px flex min-w-0 grow gap-1 overflow-x-auto pb-px [scrollbar-width:none]"
          style={fade ? { maskImage: fade } : undefined}
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
        {allLabel && overflows ? (
          <Menu
            trigger={
              <IconButton label={allLabel} className="ml-1 shrink-0">
                <ChevronDown size={16} aria-hidden="true" />
              </IconButton>
            }
            entries={tabs.map((tab) => ({
              kind: 'action',
              key: tab.value,
              label: tab.label,
              hint: tab.count,
              onSelect: () => onChange(tab.value),
            }))}
          />
        ) : null}
      </div>
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
