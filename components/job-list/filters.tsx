'use client';
/** Filter chips and the menu that adds one: AND between chips, OR inside a chip. */
import { useQuery } from '@tanstack/react-query';
import { ListFilter, X } from 'lucide-react';
import type { JobSummary, JobType } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ALL_STATUSES } from '../job/status-look.ts';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import type { ListState } from './url-state.ts';

type Change = (part: Partial<ListState>) => void;
const TYPES: readonly JobType[] = ['flink_opensource_sql_job', 'flink_jar_job'];

function toggled<T>(list: readonly T[], value: T): T[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}

interface Chip {
  key: 'user' | 'queue' | 'type' | 'status' | 'tag';
  values: string;
  remove: Partial<ListState>;
}

export function useChips(state: ListState, owners: readonly JobSummary['owner'][], isAdmin: boolean): Chip[] {
  const { t } = useI18n();
  const user = state.user ?? (isAdmin ? 'any' : 'me');
  const ownerName = (id: string) => (id === 'me' ? t('list.filter.me') : (owners.find((one) => one.id === id)?.name ?? id));
  const chips: Chip[] = [];
  if (user !== 'any')
    chips.push({ key: 'user', values: user.split(',').map(ownerName).join(', '), remove: { user: isAdmin ? null : 'any' } });
  if (state.type.length > 0)
    chips.push({ key: 'type', values: state.type.map((one) => t(`type.${one}`)).join(', '), remove: { type: [] } });
  if (state.status.length > 1)
    chips.push({ key: 'status', values: state.status.map((one) => t(`status.${one}`)).join(', '), remove: { status: [] } });
  if (state.queue.length > 0) chips.push({ key: 'queue', values: state.queue.join(', '), remove: { queue: [] } });
  if (state.tag.length > 0)
    chips.push({ key: 'tag', values: state.tag.map((one) => one.replace(':', '=')).join(', '), remove: { tag: [] } });
  return chips;
}

export function FilterChips({ chips, onChange }: { chips: readonly Chip[]; onChange: Change }) {
  const { t } = useI18n();
  return chips.map((chip) => (
    <span key={chip.key} className="inline-flex h-[27px] max-w-[320px] items-center gap-1.5 rounded-chip bg-accent-soft pl-2.5 text-ctl">
      <span className="text-text-2">{t(`list.filter.${chip.key}`)}</span>
      <span className="text-text-2">{t('list.filter.is')}</span>
      <span className="truncate font-medium text-accent-text">{chip.values}</span>
      <button
        type="button"
        aria-label={t('list.removeFilter', { name: t(`list.filter.${chip.key}`) })}
        onClick={() => onChange({ ...chip.remove, page: 1 })}
        className="grid size-6 place-items-center rounded-chip text-text-2 hover:text-text-1"
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  ));
}

export function AddFilter({ state, owners, onChange }: { state: ListState; owners: readonly JobSummary['owner'][]; onChange: Change }) {
  const { t } = useI18n();
  const queues = useQuery(routeQuery('listQueues', keys.queues, {}));
  const tags = useQuery(routeQuery('listTagKeys', keys.tagKeys, {}));
  const choice = (key: string, label: string, checked: boolean, part: Partial<ListState>): MenuEntry => ({
    kind: 'choice',
    key,
    label,
    checked,
    onSelect: () => onChange({ ...part, page: 1 }),
  });
  const heading = (key: Chip['key']): MenuEntry => ({ kind: 'heading', key: `head-${key}`, label: t(`list.filter.${key}`) });
  const entries: MenuEntry[] = [
    heading('user'),
    choice('user-me', t('list.filter.me'), state.user === 'me', { user: state.user === 'me' ? 'any' : 'me' }),
    choice('user-any', t('list.filter.anyone'), state.user === 'any', { user: 'any' }),
    ...owners.map((owner) =>
      choice(`user-${owner.id}`, owner.name, state.user === owner.id, { user: state.user === owner.id ? 'any' : owner.id }),
    ),
    heading('type'),
    ...TYPES.map((one) => choice(one, t(`type.${one}`), state.type.includes(one), { type: toggled(state.type, one) })),
    heading('queue'),
    ...(queues.data?.queues ?? []).map((one) =>
      choice(`queue-${one.name}`, one.name, state.queue.includes(one.name), { queue: toggled(state.queue, one.name) }),
    ),
    heading('tag'),
    ...(tags.data?.tags ?? []).flatMap((one) =>
      one.values.map((value) =>
        choice(`tag-${one.key}-${value}`, `${one.key}=${value}`, state.tag.includes(`${one.key}:${value}`), {
          tag: toggled(state.tag, `${one.key}:${value}`),
        }),
      ),
    ),
    ...(tags.data?.tags.length === 0 ? [{ kind: 'heading' as const, key: 'no-tags', label: t('list.filter.noTags') }] : []),
    heading('status'),
    ...ALL_STATUSES.map((one) => choice(one, t(`status.${one}`), state.status.includes(one), { status: toggled(state.status, one) })),
  ];
  return (
    <Menu
      align="start"
      minWidth={220}
      entries={entries}
      trigger={
        <button
          type="button"
          className="inline-flex h-[27px] shrink-0 items-center gap-1.5 rounded-chip border border-dashed whitespace-nowrap border-line-ctl px-2.5 text-ctl text-text-1 hover:bg-hover coarse:h-11"
        >
          <ListFilter size={14} aria-hidden="true" />
          {t('list.addFilter')}
        </button>
      }
    />
  );
}
