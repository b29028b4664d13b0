'use client';
/** Side bar: 208 px, 56 px when folded or below 1440 px, a drawer below 1024 px. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { Logo } from './logo.tsx';
import { NAV, type NavEntry } from './nav-entries.ts';
import { useIsAdmin } from './session.tsx';

export function SideBar({ folded, drawer = false, onNavigate }: { folded: boolean; drawer?: boolean; onNavigate?: () => void }) {
  const { t, f } = useI18n();
  const isAdmin = useIsAdmin();
  const firing = useFiring();
  const jobs = useQuery(routeQuery('listJobs', keys.jobList('count'), { query: { pageSize: 1 } }));
  return (
    <nav
      aria-label={t('nav.label')}
      data-folded={folded || undefined}
      className={cx('side flex h-full flex-col bg-sunken', drawer ? 'side-drawer' : 'border-r border-line-1')}
    >
      <Link
        href="/jobs"
        prefetch={false}
        {...(onNavigate ? { onClick: onNavigate } : {})}
        className="flex h-12 shrink-0 items-center gap-2.5 px-4 text-[15px] font-semibold"
      >
        <Logo />
        <span className="side-label tight">Tidemark</span>
      </Link>
      <div className="grow overflow-y-auto px-2.5 pt-1 pb-4">
        {NAV.map((group) => {
          const entries = group.entries.filter((entry) => !entry.adminOnly || isAdmin);
          return entries.length === 0 ? null : (
            <div key={group.label ?? 'top'} className="mt-2.5">
              {group.label === null ? null : <div className="side-label px-2 py-1.5 text-hint text-text-3">{t(group.label)}</div>}
              <div className="side-rule mx-2 mb-2 h-px bg-line-1" />
              {entries.map((entry) => (
                <Entry
                  key={entry.href}
                  entry={entry}
                  label={t(entry.label)}
                  count={entry.href === '/jobs' && jobs.data ? f.count(jobs.data.total) : null}
                  alarms={entry.href === '/alarms' ? firing : 0}
                  onNavigate={onNavigate}
                />
              ))}
            </div>
          );
        })}
      </div>
      <Capacity />
    </nav>
  );
}

function Entry({
  entry,
  label,
  count,
  alarms,
  onNavigate,
}: {
  entry: NavEntry;
  label: string;
  count: string | null;
  /** Alarms that fire: a badge that stays when the bar is folded. */
  alarms: number;
  onNavigate: (() => void) | undefined;
}) {
  const { t, f } = useI18n();
  const path = usePathname();
  const here = path === entry.href || path.startsWith(`${entry.href}/`);
  const Icon = entry.icon;
  return (
    <Link
      href={entry.href}
      prefetch={false}
      {...(onNavigate ? { onClick: onNavigate } : {})}
      aria-current={here ? 'page' : undefined}
      title={alarms > 0 ? `${label} · ${t('nav.alarmsFiring', { n: alarms })}` : label}
      className={cx(
        'relative flex h-8 items-center gap-2.5 rounded-ctl px-2 text-ctl coarse:h-11',
        here ? 'border border-line-1 bg-surface font-semibold shadow-1' : 'border border-transparent hover:bg-hover',
      )}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" className={cx('shrink-0', here ? 'text-accent-text' : 'text-text-2')} />
      <span className="side-label grow truncate">{label}</span>
      {alarms > 0 ? (
        <span className="side-badge num grid h-[18px] min-w-[18px] shrink-0 place-items-center rounded-full bg-bad-fill px-1 text-axis font-semibold text-on-bad">
          <span aria-hidden="true">{f.count(alarms)}</span>
          <span className="sr-only">{t('nav.alarmsFiring', { n: alarms })}</span>
        </span>
      ) : null}
      {count === null ? null : <span className="side-label num text-second font-normal text-text-3">{count}</span>}
    </Link>
  );
}

/** How many alarms fire, over all jobs the viewer may see. */
function useFiring(): number {
  const { data } = useQuery({
    ...routeQuery('listAlarms', keys.alarmList('firing-count'), { query: { state: 'firing', pageSize: 1 } }),
    refetchInterval: 30_000,
  });
  return data?.total ?? 0;
}

/** CUs in use over all queues that have a limit. */
function Capacity() {
  const { t, f } = useI18n();
  const { data } = useQuery({ ...routeQuery('listQueues', keys.queues, {}), refetchInterval: 30_000 });
  if (!data) return null;
  const limited = data.queues.filter((queue) => queue.cus !== null);
  const total = limited.reduce((sum, queue) => sum + (queue.cus ?? 0), 0);
  const used = limited.reduce((sum, queue) => sum + queue.usedCus, 0);
  return (
    <div className="side-label mx-2.5 border-t border-line-1 px-2 py-3.5 text-second">
      <div className="flex justify-between">
        <span className="text-text-2">{t('nav.cus')}</span>
        <span className="num font-semibold">
          {f.full(used)} / {f.full(total)}
        </span>
      </div>
      <div className="mt-2 h-1 overflow-hidden rounded-full bg-line-2">
        <div className="h-full rounded-full bg-accent" style={{ width: `${total > 0 ? Math.min(100, (100 * used) / total) : 0}%` }} />
      </div>
    </div>
  );
}
