'use client';
/** Checks a job's name while it is typed: letters at once, uniqueness after 300 ms. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';

export const NAME_MAX = 57;
const NAME = /^[\p{Script=Han}A-Za-z0-9_-]+$/u;
const PAUSE_MS = 300;

export interface NameCheck {
  problem: string | null;
  hint: string;
  isRight: boolean;
}

/** `own` is the name the job has now: it is always free. */
export function useNameCheck(name: string, own?: string): NameCheck {
  const { t } = useI18n();
  const [asked, setAsked] = useState(name);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(name), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [name]);
  const shape = name === '' ? t('common.required') : !NAME.test(name) || name.length > NAME_MAX ? t('create.letters') : null;
  const answer = useQuery({
    queryKey: ['name-available', asked],
    queryFn: ({ signal }) => call('getNameAvailable', { query: { name: asked } }, signal),
    enabled: shape === null && asked === name && name !== own,
    placeholderData: (old) => old,
  });
  const counted = t('create.of', { n: name.length, max: NAME_MAX });
  if (shape) return { problem: shape, hint: counted, isRight: false };
  if (name === own) return { problem: null, hint: counted, isRight: true };
  const known = asked === name && !answer.isPlaceholderData ? answer.data : undefined;
  if (known && !known.isAvailable) {
    return {
      problem: known.takenBy ? t('create.taken', { id: String(known.takenBy) }) : t('create.takenHidden'),
      hint: counted,
      isRight: false,
    };
  }
  return { problem: null, hint: known ? t('create.free', { n: name.length }) : counted, isRight: true };
}
