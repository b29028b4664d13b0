'use client';
/** Filters of the snapshot list: name or job, origin, proven, age, engine, pinned, deleted. */
import type { Snapshot, SnapshotOrigin } from '../../server/contract/snapshot.ts';
import { useI18n } from '../i18n/provider.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { CheckLine } from '../ui/toggle.tsx';
import { SNAPSHOT_ORIGIN_WORDS } from './origins.ts';

export const AGES = ['1h', '24h', '7d', '30d'] as const;
export type Age = (typeof AGES)[number];

export interface SnapshotFilter {
  q: string;
  origin: SnapshotOrigin | '';
  proven: 'yes' | 'no' | '';
  engine: Snapshot['engine'] | '';
  age: Age | '';
  pinned: boolean;
  deleted: boolean;
}
export const NO_FILTER: SnapshotFilter = { q: '', origin: '', proven: '', engine: '', age: '', pinned: false, deleted: false };

const HOURS: Record<Age, { youngerThan: number } | { olderThan: number }> = {
  '1h': { youngerThan: 1 },
  '24h': { youngerThan: 24 },
  '7d': { olderThan: 7 * 24 },
  '30d': { olderThan: 30 * 24 },
};

export const isFiltered = (filter: SnapshotFilter): boolean => Object.values(filter).some((value) => value !== '' && value !== false);

/** As the list route takes it. */
export function queryOfFilter(filter: SnapshotFilter) {
  return {
    q: filter.q.trim(),
    ...(filter.origin ? { origin: filter.origin } : {}),
    ...(filter.proven ? { proven: filter.proven } : {}),
    ...(filter.engine ? { engine: filter.engine } : {}),
    ...(filter.age ? HOURS[filter.age] : {}),
    ...(filter.pinned ? { pinned: 'yes' as const } : {}),
    deleted: filter.deleted ? ('yes' as const) : ('no' as const),
  };
}

export function SnapshotFilters({ filter, onChange }: { filter: SnapshotFilter; onChange(filter: SnapshotFilter): void }) {
  const { t } = useI18n();
  const set = (part: Partial<SnapshotFilter>) => onChange({ ...filter, ...part });
  return (
    <>
      <span className="w-[180px] max-w-full">
        <TextField
          label={<span className="sr-only">{t('store.find')}</span>}
          className="gap-0!"
          placeholder={t('store.find')}
          value={filter.q}
          onChange={(event) => set({ q: event.target.value })}
        />
      </span>
      <span className="w-[138px]">
        <SelectField
          hideLabel
          label={t('snap.filter.origin')}
          value={filter.origin}
          onChange={(origin) => set({ origin })}
          options={[
            { value: '' as const, label: t('snap.filter.all') },
            ...SNAPSHOT_ORIGIN_WORDS.map((one) => ({ value: one, label: t(`origin.${one}`) })),
          ]}
        />
      </span>
      <span className="w-[146px]">
        <SelectField
          hideLabel
          label={t('store.proven')}
          value={filter.proven}
          onChange={(proven) => set({ proven })}
          options={(['', 'yes', 'no'] as const).map((one) => ({ value: one, label: t(`store.proven.${one || 'all'}`) }))}
        />
      </span>
      <span className="w-[176px]">
        <SelectField
          hideLabel
          label={t('store.age')}
          value={filter.age}
          onChange={(age) => set({ age })}
          options={(['', ...AGES] as const).map((one) => ({ value: one, label: t(`store.age.${one || 'all'}`) }))}
        />
      </span>
      <span className="w-[150px]">
        <SelectField
          hideLabel
          label={t('store.engine')}
          value={filter.engine}
          onChange={(engine) => set({ engine })}
          options={[
            { value: '' as const, label: t('store.engine.all') },
            ...(['embedded', 'flink'] as const).map((one) => ({ value: one, label: t(`import.engine.${one}`) })),
          ]}
        />
      </span>
      <CheckLine checked={filter.pinned} onChange={(pinned) => set({ pinned })} label={t('store.pinned')} />
      <CheckLine checked={filter.deleted} onChange={(deleted) => set({ deleted })} label={t('snap.showDeleted')} />
    </>
  );
}
