'use client';
/** The job list: count tabs, filters, table (cards on a phone), pager. The address is the state. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Download, Plus, Upload } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type Dispatch, type ReactNode, type SetStateAction, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { JobSummary } from '../../server/contract/job.ts';
import { CHUNK } from '../client/chunks.ts';
import { useLiveStream } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useSession } from '../shell/session.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { Button } from '../ui/button.tsx';
import { PHONE, useMedia } from '../ui/media.ts';
import { JobTable } from './job-table.tsx';
import { PhoneList } from './phone-list.tsx';
import { StatusTabs } from './status-tabs.tsx';
import { filterOf, hasFilters, type ListState, readListState, toQuery, writeListState } from './url-state.ts';

export function useListState(): [ListState, (part: Partial<ListState>) => void] {
  const params = useSearchParams();
  const router = useRouter();
  const path = usePathname();
  const state = useMemo(() => readListState(new URLSearchParams(params.toString())), [params]);
  const change = useCallback(
    (part: Partial<ListState>) => {
      const text = writeListState({ ...state, ...part });
      router.replace(text ? `${path}?${text}` : path, { scroll: false });
    },
    [state, router, path],
  );
  return [state, change];
}

const FORGET_MS = 200;

/** An order that a job does not change while pages are gathered. */
const BY_ID = { sort: 'id', order: 'asc' } as const;

/** Jobs that are deleted leave the selection; many at once, so that a thousand cost one paint and not a thousand. */
function useForgetRemoved(setIds: Dispatch<SetStateAction<ReadonlySet<string>>>): void {
  const stream = useLiveStream();
  useEffect(() => {
    const removed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const forget = () => {
      timer = null;
      const gone = new Set(removed);
      removed.clear();
      setIds((before) => ([...before].some((id) => gone.has(id)) ? new Set([...before].filter((id) => !gone.has(id))) : before));
    };
    const stop = stream.listen((event) => {
      if (event.type !== 'job-removed') return;
      removed.add(String(event.jobId));
      timer ??= setTimeout(forget, FORGET_MS);
    });
    return () => {
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [stream, setIds]);
}

/** Rows picked by the user, kept over pages. All of a filter are gathered page by page, with what the acts need to know of each. */
export function useSelection(rows: readonly JobSummary[], query: ReturnType<typeof toQuery>, total: number) {
  const known = useRef(new Map<string, JobSummary>());
  for (const row of rows) known.current.set(String(row.id), row);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const jobs = [...ids].flatMap((id) => known.current.get(id) ?? []);
  useForgetRemoved(setIds);
  const toggle = (job: JobSummary) =>
    setIds((before) => {
      const next = new Set(before);
      if (!next.delete(String(job.id))) next.add(String(job.id));
      return next;
    });
  const all = useMutation({
    mutationFn: async () => {
      const pages = Array.from({ length: Math.ceil(total / CHUNK) }, (_, index) => index + 1);
      const found: JobSummary[] = [];
      for (const page of pages) found.push(...(await call('listJobs', { query: { ...query, ...BY_ID, page, pageSize: CHUNK } })).items);
      return found;
    },
    onSuccess: (found) => {
      for (const row of found) known.current.set(String(row.id), row);
      setIds(new Set(found.map((row) => String(row.id))));
    },
  });
  return { ids, jobs, setIds, toggle, selectAll: () => all.mutate(), gathering: all.isPending };
}

const NO_ROWS: readonly JobSummary[] = [];

export function JobList({ firstRun }: { firstRun: ReactNode }) {
  const { t } = useI18n();
  const session = useSession();
  const dialogs = useJobDialogs();
  const [state, change] = useListState();
  const isAdmin = session?.user.role === 'admin';
  const query = toQuery(state, isAdmin);
  const list = useQuery({ ...routeQuery('listJobs', keys.jobList(query), { query }), enabled: session !== null });
  const rows = list.data?.items ?? NO_ROWS;
  const selection = useSelection(rows, query, list.data?.total ?? 0);
  const phone = useMedia(PHONE);
  const exportJobs = () => dialogs.show({ kind: 'export', jobs: selection.jobs, filter: filterOf(query) });
  const importJobs = () => dialogs.show({ kind: 'import-jobs', jobs: [] });
  const create = () => dialogs.show({ kind: 'create', jobs: [] });
  useShortcut('c', create);
  const isFirstRun = list.data?.total === 0 && !hasFilters(state) && list.data.counts.length === 0;
  const head = (
    <PageHead
      title="nav.jobs"
      actions={
        <>
          <Button look="quiet" icon={<Download size={15} aria-hidden="true" />} className="max-md:hidden" onClick={exportJobs}>
            {t('act.export')}
          </Button>
          <Button look="quiet" icon={<Upload size={15} aria-hidden="true" />} className="max-md:hidden" onClick={importJobs}>
            {t('act.import')}
          </Button>
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden="true" />}
            // On a phone it stands at the foot of the list.
            className={isFirstRun ? '' : 'max-md:hidden'}
            onClick={create}
          >
            {t('list.create')}
          </Button>
        </>
      }
    />
  );
  if (isFirstRun) {
    return (
      <>
        {head}
        {firstRun}
      </>
    );
  }
  const view = { state, change, list, rows, selection, isAdmin };
  return (
    <>
      {head}
      {phone ? null : <StatusTabs status={state.status} answer={list.data} onChange={(status) => change({ status, page: 1 })} />}
      {list.error ? <ErrorNotice error={list.error} onRetry={() => void list.refetch()} className="mx-(--gutter) my-3" /> : null}
      {phone ? <PhoneList view={view} onCreate={create} onExport={exportJobs} onImport={importJobs} /> : <JobTable view={view} />}
    </>
  );
}
