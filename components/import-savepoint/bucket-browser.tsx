'use client';
/** Folders of the object store; those that hold a snapshot are marked by what was read in them. Opens at the job's folder. */
import { useQuery } from '@tanstack/react-query';
import { BookmarkCheck, Database, File, Folder, HardDrive } from 'lucide-react';
import { useState } from 'react';
import type { BrowseAnswer } from '../../server/contract/import.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { cx } from '../ui/class-names.ts';
import { Skeleton, Tag } from '../ui/surface.tsx';

/** Ways up from `obs://bucket/a/b`: every part with the path it leads to. */
export function pathParts(path: string): { name: string; path: string }[] {
  const match = /^(\w+:\/\/)(.*)$/.exec(path);
  if (!match) return [];
  const [, scheme, rest] = match;
  const names = rest!.split('/').filter(Boolean);
  return names.map((name, index) => ({ name, path: `${scheme}${names.slice(0, index + 1).join('/')}` }));
}

export function BucketBrowser({
  startAt,
  jobFolder,
  chosen,
  onChoose,
}: {
  startAt: string;
  jobFolder: string;
  chosen: string;
  onChoose(path: string): void;
}) {
  const { t } = useI18n();
  const [path, setPath] = useState(startAt.replace(/\/$/, ''));
  const { data, error, isPending, refetch } = useQuery(routeQuery('browseStore', keys.store(path), { query: { path } }));
  const parts = pathParts(path);
  const holds = data?.entries.filter((one) => one.snapshot).length ?? 0;
  return (
    <div className="flex min-h-0 grow flex-col overflow-hidden rounded-card border border-line-1">
      <div className="flex min-h-9 flex-wrap items-center gap-1.5 bg-sunken px-3 py-1.5 text-ctl">
        <button type="button" onClick={() => setPath('')} className="link flex items-center gap-1.5">
          <HardDrive size={14} aria-hidden="true" />
          {t('import.buckets')}
        </button>
        {parts.map((part, index) => (
          <span key={part.path} className="flex items-center gap-1.5">
            <span className="text-text-3">/</span>
            {index === parts.length - 1 ? (
              <span className="font-semibold">{part.name}</span>
            ) : (
              <button type="button" className="link" onClick={() => setPath(part.path)}>
                {part.name}
              </button>
            )}
          </span>
        ))}
        {path === jobFolder.replace(/\/$/, '') ? <Tag hue="accent">{t('import.jobFolder')}</Tag> : null}
      </div>
      <ul className="max-h-[300px] min-h-[180px] grow overflow-y-auto">
        {error ? (
          <li className="p-3">
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          </li>
        ) : null}
        {isPending ? <Loading /> : null}
        {data?.entries.map((entry) => (
          <Entry
            key={entry.path}
            entry={entry}
            chosen={chosen === entry.path}
            onOpen={() => (entry.snapshot ? onChoose(entry.path) : setPath(entry.path))}
          />
        ))}
        {data && data.entries.length === 0 ? (
          <li className="px-4 py-6 text-ctl text-text-3">
            {path.startsWith(jobFolder) ? t('import.nothing') : t('import.emptyFolder', { folder: jobFolder })}
          </li>
        ) : null}
      </ul>
      {data ? (
        <div className="border-t border-line-1 px-3 py-2 text-hint text-text-3">
          {t('import.counts', { n: data.entries.length, m: holds })}
        </div>
      ) : null}
    </div>
  );
}

/** A folder that holds a snapshot is chosen, another one is opened; files and the folders of parts are there to be seen, not to be pressed. */
function Entry({ entry, chosen, onOpen }: { entry: BrowseAnswer['entries'][number]; chosen: boolean; onOpen(): void }) {
  const { t, f } = useI18n();
  const Icon = entry.snapshot ? BookmarkCheck : entry.kind === 'bucket' ? Database : entry.kind === 'folder' ? Folder : File;
  const plain = entry.kind === 'object' || entry.objectCount !== null;
  const row = (
    <>
      <Icon size={15} className={cx('shrink-0', entry.snapshot ? 'text-accent-text' : 'text-text-3')} aria-hidden="true" />
      <span className="grow truncate font-mono text-second">{entry.name}</span>
      {entry.snapshot ? (
        <Tag hue={entry.snapshot === 'checkpoint' ? 'accent' : 'save'}>
          {entry.snapshot === 'flink' ? t('import.flink') : t(`kind.${entry.snapshot}`)}
        </Tag>
      ) : null}
      <span className="num shrink-0 text-second text-text-3">
        {entry.objectCount !== null
          ? t('import.parts', { n: entry.objectCount })
          : entry.kind === 'object'
            ? f.bytes(entry.sizeBytes)
            : entry.modifiedAt
              ? f.time(entry.modifiedAt)
              : ''}
      </span>
    </>
  );
  const look = 'flex h-[38px] w-full items-center gap-2.5 px-3 text-left text-ctl';
  return (
    <li className="border-b border-line-1">
      {plain ? (
        <div className={cx(look, 'text-text-3')}>{row}</div>
      ) : (
        <button
          type="button"
          aria-pressed={entry.snapshot ? chosen : undefined}
          onClick={onOpen}
          className={cx(look, '-outline-offset-2', chosen ? 'bg-selected shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-hover')}
        >
          {row}
        </button>
      )}
    </li>
  );
}

function Loading() {
  return ['a', 'b', 'c', 'd'].map((key) => (
    <li key={key} className="flex h-[38px] items-center border-b border-line-1 px-3">
      <Skeleton width="60%" />
    </li>
  ));
}
