'use client';
/** Drop-down menu. An item that cannot be used stays in place and focusable, with its short reason at the right. */
import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './class-names.ts';

export interface MenuAction {
  kind?: 'action';
  key: string;
  label: string;
  icon?: ReactNode;
  hint?: ReactNode;
  offReason?: string | null | undefined;
  danger?: boolean;
  onSelect(): void;
}
export interface MenuChoice {
  kind: 'choice';
  key: string;
  label: string;
  checked: boolean;
  onSelect(): void;
}
export type MenuEntry = MenuAction | MenuChoice | { kind: 'line'; key: string } | { kind: 'heading'; key: string; label: string };

const ITEM =
  'flex h-[30px] items-center gap-2.5 rounded-chip px-2.5 text-ctl outline-none select-none data-highlighted:bg-selected coarse:h-11';

export function Menu({
  trigger,
  entries,
  align = 'end',
  open,
  onOpenChange,
  minWidth = 200,
}: {
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  align?: 'start' | 'end';
  open?: boolean;
  onOpenChange?(open: boolean): void;
  minWidth?: number;
}) {
  return (
    <Base.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={6} className="z-40 outline-none">
          <Base.Popup
            style={{ minWidth }}
            className="pop-in max-h-[min(70vh,520px)] overflow-y-auto rounded-card bg-raised p-1.5 shadow-2 outline-none"
          >
            {entries.map((entry) => (
              <Entry key={entry.key} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'line') return <Base.Separator className="mx-1 my-1.5 h-px bg-line-1" />;
  if (entry.kind === 'heading') return <div className="px-2.5 pt-1.5 pb-1 text-hint text-text-3">{entry.label}</div>;
  if (entry.kind === 'choice') {
    return (
      <Base.CheckboxItem
        checked={entry.checked}
        onCheckedChange={() => entry.onSelect()}
        closeOnClick={false}
        className={cx(ITEM, 'text-text-1')}
      >
        <span className="grid size-4 place-items-center">
          <Base.CheckboxItemIndicator>
            <Check size={14} className="text-accent-text" aria-hidden="true" />
          </Base.CheckboxItemIndicator>
        </span>
        {entry.label}
      </Base.CheckboxItem>
    );
  }
  const off = Boolean(entry.offReason);
  return (
    <Base.Item
      disabled={off}
      onClick={() => entry.onSelect()}
      className={cx(ITEM, off ? 'text-text-off' : entry.danger ? 'text-bad' : 'text-text-1')}
    >
      {entry.icon ? <span className="grid size-4 shrink-0 place-items-center text-current opacity-80">{entry.icon}</span> : null}
      <span className="grow">{entry.label}</span>
      <span className="pl-5 text-hint text-text-3">{entry.offReason ?? entry.hint}</span>
    </Base.Item>
  );
}
