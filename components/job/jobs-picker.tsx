'use client';
/** Picks jobs by name or ID: what is picked stands as chips, what was found as a list below the field. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { TextField } from '../ui/field.tsx';

export function JobsPicker({
  ids,
  onChange,
  label,
  emptyText,
}: {
  ids: readonly number[];
  onChange(ids: number[]): void;
  label: string;
  /** What it means that none is picked. */
  emptyText?: string;
}) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const q = text.trim();
  const found = useQuery({
    ...routeQuery('listJobs', keys.jobNames(q), { query: { q, pageSize: 6, sort: 'updated' } }),
    enabled: q !== '',
  });
  const picked = useQueries({ queries: ids.map((jobId) => routeQuery('getJob', keys.job(jobId), { params: { jobId } })) });
  const offered = q === '' ? [] : (found.data?.items ?? []).filter((job) => !ids.includes(job.id));
  return (
    <div className="flex flex-col gap-2">
      <TextField
        label={label}
        value={text}
        placeholder={t('rule.pickJob')}
        autoComplete="off"
        hint={ids.length === 0 && q === '' ? emptyText : undefined}
        onChange={(event) => setText(event.target.value)}
      />
      {q !== '' && found.data && offered.length === 0 ? <div className="text-second text-text-3">{t('rule.noJob')}</div> : null}
      {offered.length > 0 ? (
        <ul aria-label={t('rule.pickJob')} className="overflow-hidden rounded-ctl border border-line-1">
          {offered.map((job) => (
            <li key={job.id} className="border-b border-line-1 last:border-0">
              <button
                type="button"
                className="flex h-8 w-full items-center gap-2 px-2.5 text-left text-ctl hover:bg-hover coarse:h-11"
                onClick={() => {
                  onChange([...ids, job.id]);
                  setText('');
                }}
              >
                <span className="truncate font-medium">{job.name}</span>
                <span className="num text-second text-text-3">ID {job.id}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {ids.length > 0 ? (
        <ul className="flex flex-wrap gap-1.5">
          {ids.map((id, index) => {
            const name = picked[index]?.data?.job.name ?? `ID ${id}`;
            return (
              <li key={id} className="inline-flex h-7 items-center gap-1.5 rounded-chip bg-accent-soft pr-1 pl-2.5 text-second">
                <span className="max-w-[220px] truncate">{name}</span>
                <button
                  type="button"
                  aria-label={t('rule.dropJob', { name })}
                  className="grid size-6 place-items-center rounded-chip hover:bg-hover"
                  onClick={() => onChange(ids.filter((one) => one !== id))}
                >
                  <X size={13} aria-hidden="true" />
                </button>
              </li>
            );
          })}
        </ul>
      ) : null}
    </div>
  );
}
