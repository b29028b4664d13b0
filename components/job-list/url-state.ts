/**
 * The address of the list is its state: `?status=running,submit_fail&queue=q-payments&tag=env:prod&q=ord&sort=-exposure&page=2&cols=id,name,status`.
 * Statuses are written without `job_`. Unknown values are passed over, so that an old link still opens.
 */
import type { JobStatus, JobType, ListJobsQuery } from '../../server/contract/job.ts';
import { ALL_STATUSES } from '../job/status-look.ts';

export type SortKey = ListJobsQuery['sort'];
/** All of them, by name: the list of the contract would bring its schemas along. */
const SORTABLE: Readonly<Record<SortKey, true>> = {
  id: true,
  name: true,
  type: true,
  status: true,
  description: true,
  user: true,
  created: true,
  started: true,
  updated: true,
  duration: true,
  'snapshot-age': true,
  exposure: true,
  lag: true,
  queue: true,
  cus: true,
  version: true,
};
const SORTS = Object.keys(SORTABLE) as SortKey[];
const TYPES: readonly JobType[] = ['flink_opensource_sql_job', 'flink_jar_job'];
const SIZES = [10, 20, 50, 100] as const;
export const PAGE_SIZES: readonly number[] = SIZES;

export interface ListState {
  q: string;
  status: readonly JobStatus[];
  type: readonly JobType[];
  /** Null = the default of the viewer's role; `any` = everyone. */
  user: string | null;
  queue: readonly string[];
  tag: readonly string[];
  sort: SortKey;
  descending: boolean;
  page: number;
  pageSize: number;
  /** Columns that are shown, in their order; null = as this browser keeps them. */
  cols: readonly string[] | null;
  /** Height of a row; null = as this browser keeps it. */
  compact: boolean | null;
}

export const START_STATE: ListState = {
  q: '',
  status: [],
  type: [],
  user: null,
  queue: [],
  tag: [],
  sort: 'created',
  descending: true,
  page: 1,
  pageSize: 50,
  cols: null,
  compact: null,
};

const list = (text: string | null) => (text ?? '').split(',').filter(Boolean);

export function readListState(params: URLSearchParams): ListState {
  const sort = params.get('sort') ?? '';
  const key = SORTS.find((one) => one === sort.replace(/^-/, ''));
  const page = Number(params.get('page'));
  const size = Number(params.get('rows'));
  return {
    q: params.get('q') ?? '',
    status: list(params.get('status'))
      .map((one) => `job_${one}` as JobStatus)
      .filter((one) => ALL_STATUSES.includes(one)),
    type: list(params.get('type'))
      .map((one) => `flink_${one}` as JobType)
      .filter((one) => TYPES.includes(one)),
    user: params.get('user'),
    queue: list(params.get('queue')),
    tag: list(params.get('tag')),
    sort: key ?? START_STATE.sort,
    descending: key ? sort.startsWith('-') : START_STATE.descending,
    page: Number.isInteger(page) && page > 0 ? page : 1,
    pageSize: PAGE_SIZES.includes(size) ? size : START_STATE.pageSize,
    cols: params.has('cols') ? list(params.get('cols')) : null,
    compact: params.has('rowsize') ? params.get('rowsize') === 'compact' : null,
  };
}

/** Search text without what is default; empty = the plain list. */
export function writeListState(state: ListState): string {
  const params = new URLSearchParams();
  const set = (key: string, value: string) => value && params.set(key, value);
  set('status', state.status.map((one) => one.slice(4)).join(','));
  set('type', state.type.map((one) => one.slice(6)).join(','));
  set('user', state.user ?? '');
  set('queue', state.queue.join(','));
  set('tag', state.tag.join(','));
  set('q', state.q);
  if (state.sort !== START_STATE.sort || state.descending !== START_STATE.descending)
    set('sort', `${state.descending ? '-' : ''}${state.sort}`);
  if (state.page > 1) set('page', String(state.page));
  if (state.pageSize !== START_STATE.pageSize) set('rows', String(state.pageSize));
  if (state.cols) set('cols', state.cols.join(','));
  if (state.compact !== null) set('rowsize', state.compact ? 'compact' : 'comfortable');
  return params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
}

export function toQuery(state: ListState, isAdmin: boolean) {
  const user = state.user ?? (isAdmin ? 'any' : 'me');
  return {
    q: state.q,
    status: [...state.status],
    type: [...state.type],
    user: user === 'any' ? [] : user.split(','),
    queue: [...state.queue],
    tag: [...state.tag],
    sort: state.sort,
    order: state.descending ? ('desc' as const) : ('asc' as const),
    page: state.page,
    pageSize: state.pageSize,
  };
}

export function hasFilters(state: ListState): boolean {
  return state.q !== '' || state.status.length + state.type.length + state.queue.length + state.tag.length > 0 || state.user !== null;
}

/** The filter alone, without order and page: what an export of the list names. */
export function filterOf({ q, status, type, user, queue, tag }: ReturnType<typeof toQuery>) {
  return { q, status, type, user, queue, tag };
}
