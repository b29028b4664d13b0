'use client';
/** Check Semantics while typing: 300 ms after the last key, the newest text only. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { call } from '../client/request.ts';

const PAUSE_MS = 300;

export function useCheck(sql: string, options: Partial<JobOptions>, enabled: boolean) {
  const [asked, setAsked] = useState({ sql, options });
  const optionText = JSON.stringify(options);
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ sql, options: JSON.parse(optionText) as Partial<JobOptions> }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [sql, optionText]);
  return useQuery({
    queryKey: ['check', asked],
    queryFn: ({ signal }) => call('checkSql', { body: asked }, signal),
    enabled: enabled && asked.sql.trim() !== '',
    staleTime: 60_000,
    gcTime: 60_000,
    placeholderData: (old) => old,
  });
}
