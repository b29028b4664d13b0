'use client';
/** Rows that print sinks write, as they come; the newest 200, at the end. */
import { Pause, Play, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Card } from '../ui/surface.tsx';

export interface RowLine {
  id: number;
  table: string;
  text: string;
}
const KEPT = 200;

/** Adds lines and drops the oldest; ids grow by one. */
export function rowsAdded(before: readonly RowLine[], table: string, lines: readonly string[]): RowLine[] {
  const next = (before.at(-1)?.id ?? 0) + 1;
  return [...before, ...lines.map((text, index) => ({ id: next + index, table, text }))].slice(-KEPT);
}

export function LiveRows({ rows, onClear }: { rows: readonly RowLine[]; onClear(): void }) {
  const { t } = useI18n();
  const [frozen, setFrozen] = useState<readonly RowLine[] | null>(null);
  const shown = frozen ?? rows;
  const box = useRef<HTMLElement>(null);
  const count = shown.length;
  useEffect(() => {
    if (!frozen && count > 0) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count, frozen]);
  return (
    <Card
      title={t('rows.title')}
      note={t('rows.note')}
      flush
      actions={
        <>
          <Button
            look="quiet"
            size="sm"
            icon={frozen ? <Play size={13} aria-hidden="true" /> : <Pause size={13} aria-hidden="true" />}
            onClick={() => setFrozen(frozen ? null : rows)}
          >
            {frozen ? t('rows.goOn') : t('rows.pause')}
          </Button>
          <Button look="quiet" size="sm" icon={<Trash2 size={13} aria-hidden="true" />} onClick={onClear}>
            {t('rows.clear')}
          </Button>
        </>
      }
    >
      <ScrollRegion
        ref={box}
        label={t('rows.title')}
        className="h-[200px] overflow-auto border-t border-line-1 bg-sunken px-[18px] py-2.5 font-mono text-hint"
      >
        {shown.length === 0 ? <p className="font-sans text-ctl text-text-3">{t('rows.none')}</p> : null}
        {shown.map((row) => (
          <div key={row.id} className="whitespace-pre">
            <span className="text-text-3">{row.table} </span>
            {row.text}
          </div>
        ))}
      </ScrollRegion>
    </Card>
  );
}
