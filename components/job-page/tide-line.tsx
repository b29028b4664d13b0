'use client';
/** Tide line: what happened to the data, when, and what it cost, on one axis. One tab stop; arrows move over events; T shows a table. */
import { useQuery } from '@tanstack/react-query';
import { List, Radio, Waves } from 'lucide-react';
import { useState } from 'react';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty } from '../ui/surface.tsx';
import { TideDrawing } from './tide-drawing.tsx';
import { tideEvents } from './tide-model.ts';
import { useCost } from './tide-words.ts';
import { RANGES, type RangeControl, type RangeName, type TimeRange } from './time-range.ts';

const POINTS = 400;

export function useTide(jobId: number, range: TimeRange | null) {
  const query = { from: range?.from ?? 0, to: range?.to ?? 0, points: POINTS };
  return useQuery({
    ...routeQuery('getJobTide', keys.jobPart(jobId, 'tide', query), { params: { jobId }, query }),
    enabled: range !== null,
    gcTime: 30_000,
  });
}

export function TideLine({ tide, control, intervalMs }: { tide: ReturnType<typeof useTide>; control: RangeControl; intervalMs: number }) {
  const { t } = useI18n();
  const [table, setTable] = useState(false);
  useShortcut('t', () => setTable((before) => !before));
  return (
    <Card
      title={t('tide.title')}
      note={t(tide.data && control.range && tide.data.from > control.range.from ? 'tide.noteYoung' : 'tide.note')}
      flush
      actions={
        <>
          <RangeTabs control={control} />
          {control.range && !control.range.isLive ? (
            <Button look="quiet" size="sm" icon={<Radio size={14} aria-hidden="true" />} onClick={control.goLive}>
              {t('tide.live')}
            </Button>
          ) : null}
          <Button
            look="quiet"
            size="sm"
            icon={table ? <Waves size={14} aria-hidden="true" /> : <List size={14} aria-hidden="true" />}
            onClick={() => setTable(!table)}
          >
            {table ? t('tide.asPicture') : t('tide.asTable')}
          </Button>
        </>
      }
    >
      {tide.error ? <ErrorNotice error={tide.error} onRetry={() => void tide.refetch()} className="m-4" /> : null}
      {table && tide.data ? (
        <TideTable tide={tide.data} />
      ) : tide.error && !tide.data ? null : (
        <TideDrawing tide={tide.data} control={control} intervalMs={intervalMs} />
      )}
    </Card>
  );
}

function RangeTabs({ control }: { control: RangeControl }) {
  const { t } = useI18n();
  return (
    <fieldset className="flex overflow-hidden rounded-ctl border border-line-2">
      <legend className="sr-only">{t('tide.range')}</legend>
      {(Object.keys(RANGES) as RangeName[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={control.name === name}
          onClick={() => control.choose(name)}
          className={cx(
            'h-7 border-l border-line-1 px-2.5 text-second -outline-offset-2 first:border-0',
            control.name === name ? 'bg-accent-soft font-semibold text-accent-text' : 'hover:bg-hover',
          )}
        >
          {t(`tide.range.${name}`)}
        </button>
      ))}
    </fieldset>
  );
}

function TideTable({ tide }: { tide: TideAnswer }) {
  const { t, f, said } = useI18n();
  const cost = useCost();
  return (
    <PlainTable
      label={t('tide.title')}
      head={[
        { key: 'when', text: t('tide.when'), width: 180 },
        { key: 'what', text: t('tide.what') },
        { key: 'cost', text: t('tide.cost') },
      ]}
      rows={tideEvents(tide, said)
        .reverse()
        .map((event) => ({ key: event.key, cells: [f.exact(event.at), event.text, cost(tide, event) || '--'] }))}
      empty={<Empty>{t('tide.nothing')}</Empty>}
    />
  );
}
