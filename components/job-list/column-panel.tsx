'use client';
/** Columns of the list: which are shown and in which order, by mouse and by keyboard. */
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import { useI18n } from '../i18n/provider.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { CheckLine } from '../ui/toggle.tsx';
import { Popover } from '../ui/tooltip.tsx';
import { OFF_BY_DEFAULT } from './columns.tsx';
import type { ViewState } from './list-view.ts';

export function ColumnPanel({
  columns,
  view,
  onView,
}: {
  /** In the order in which they stand; without the one of the acts. */
  columns: readonly { id: string; label: string }[];
  view: ViewState;
  onView(part: Partial<ViewState>): void;
}) {
  const { t } = useI18n();
  const toggle = (id: string) => {
    const hidden = new Set(view.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    onView({ hidden });
  };
  const move = (index: number, by: number) => {
    const ids = columns.map((column) => column.id);
    const [id] = ids.splice(index, 1);
    ids.splice(index + by, 0, id!);
    onView({ order: ids });
  };
  return (
    <Popover
      label={t('list.columns')}
      align="end"
      width={300}
      trigger={
        <IconButton look="plain" label={t('list.columns')} className="h-[27px]! w-[27px]!">
          <Columns3 size={14} aria-hidden="true" />
        </IconButton>
      }
    >
      <ul className="-mx-1 max-h-[60vh] overflow-y-auto px-1" aria-label={t('list.columns')}>
        {columns.map((column, index) => (
          <li key={column.id} className="flex min-h-8 items-center gap-1">
            <span className="min-w-0 grow">
              {column.id === 'name' ? (
                <span className="pl-[26px] text-ctl text-text-2">{column.label}</span>
              ) : (
                <CheckLine checked={!view.hidden.has(column.id)} onChange={() => toggle(column.id)} label={column.label} />
              )}
            </span>
            <IconButton
              label={t('list.moveUp', { name: column.label })}
              offReason={index === 0 ? t('list.moveOff') : null}
              onClick={() => move(index, -1)}
              className="h-6! w-6!"
            >
              <ArrowUp size={13} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={t('list.moveDown', { name: column.label })}
              offReason={index === columns.length - 1 ? t('list.moveOff') : null}
              onClick={() => move(index, 1)}
              className="h-6! w-6!"
            >
              <ArrowDown size={13} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
      <Button look="link" size="sm" className="mt-2" onClick={() => onView({ hidden: new Set(OFF_BY_DEFAULT), order: [] })}>
        {t('list.columnsReset')}
      </Button>
    </Popover>
  );
}
