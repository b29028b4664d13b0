'use client';
/**
 * Language, theme, time zone and density are the account's; the cookies are their cache, so that the first paint is right. What was chosen in this
 * browser before it ever met the account goes to the account; afterwards a change in another browser arrives with the session.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { Session } from '../../server/contract/account.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { DENSITY_COOKIE, LOCALE_COOKIE, THEME_COOKIE, ZONE_COOKIE } from '../i18n/locale.ts';
import { useI18n } from '../i18n/provider.tsx';
import { useSession } from './session.tsx';

export type Preferences = Pick<Session['user'], 'language' | 'theme' | 'timeZone' | 'density'>;

/** The account's values that this browser has taken over last, as JSON. */
const SEEN = 'tidemark.account';
const COOKIES = { language: LOCALE_COOKIE, theme: THEME_COOKIE, timeZone: ZONE_COOKIE, density: DENSITY_COOKIE } as const;

const preferencesOf = ({ language, theme, timeZone, density }: Session['user']): Preferences => ({ language, theme, timeZone, density });
const hasCookie = (name: string): boolean => document.cookie.split('; ').some((part) => part.startsWith(`${name}=`));

/** Shows a choice at once and stores it on the account. */
export function useChoose(): (chosen: Partial<Preferences>) => void {
  const { setLocale, setTheme, setZoneChoice, setDensity } = useI18n();
  const session = useSession();
  const client = useQueryClient();
  return useCallback(
    (chosen) => {
      if (chosen.language) setLocale(chosen.language);
      if (chosen.theme) setTheme(chosen.theme);
      if (chosen.timeZone) setZoneChoice(chosen.timeZone);
      if (chosen.density) setDensity(chosen.density);
      if (!session) return;
      void call('changeAccount', { body: chosen })
        .then((user) => {
          localStorage.setItem(SEEN, JSON.stringify(preferencesOf(user)));
          client.setQueryData(keys.session, { ...session, user });
        })
        .catch(() => undefined);
    },
    [setLocale, setTheme, setZoneChoice, setDensity, session, client],
  );
}

export function AccountPreferences() {
  const { locale, theme, zoneChoice, density, setLocale, setTheme, setZoneChoice, setDensity } = useI18n();
  const session = useSession();
  const user = session?.user;
  const account = user ? JSON.stringify(preferencesOf(user)) : null;
  const choose = useChoose();
  // Runs when the account's values come or change, not when the viewer's do.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the viewer's own choices are stored by useChoose
  useEffect(() => {
    if (account === null) return;
    const seen = localStorage.getItem(SEEN);
    if (seen === account) return;
    const theirs = JSON.parse(account) as Preferences;
    const mine: Preferences = { language: locale, theme, timeZone: zoneChoice, density };
    const isFirst = seen === null;
    const kept = (Object.keys(COOKIES) as (keyof Preferences)[]).filter((name) => isFirst && hasCookie(COOKIES[name]));
    if (!kept.includes('language') && theirs.language !== locale) setLocale(theirs.language);
    if (!kept.includes('theme') && theirs.theme !== theme) setTheme(theirs.theme);
    if (!kept.includes('timeZone') && theirs.timeZone !== zoneChoice) setZoneChoice(theirs.timeZone);
    if (!kept.includes('density') && theirs.density !== density) setDensity(theirs.density);
    localStorage.setItem(SEEN, account);
    const changed = kept.filter((name) => mine[name] !== theirs[name]);
    if (changed.length > 0) choose(Object.fromEntries(changed.map((name) => [name, mine[name]])) as Partial<Preferences>);
  }, [account]);
  return null;
}
