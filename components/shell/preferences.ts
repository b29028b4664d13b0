/** What a viewer's cookies say, read on the server for the first paint. */
import { cookies, headers } from 'next/headers';
import type { Dictionary } from '../i18n/dictionary.ts';
import { en } from '../i18n/en.ts';
import {
  BROWSER_ZONE_COOKIE,
  DENSITY_COOKIE,
  FOLD_COOKIE,
  LOCALE_COOKIE,
  readDensity,
  readLocale,
  readTheme,
  readZoneChoice,
  resolveZone,
  THEME_COOKIE,
  ZONE_COOKIE,
} from '../i18n/locale.ts';
import type { I18nStart } from '../i18n/provider.tsx';
import { zh } from '../i18n/zh.ts';

export async function readPreferences(): Promise<I18nStart & { folded: boolean }> {
  const jar = await cookies();
  const value = (name: string) => {
    const text = jar.get(name)?.value;
    return text === undefined ? undefined : decodeURIComponent(text);
  };
  const locale = readLocale(value(LOCALE_COOKIE), (await headers()).get('accept-language'));
  const zoneChoice = readZoneChoice(value(ZONE_COOKIE));
  const dictionary: Dictionary = locale === 'zh' ? zh : en;
  return {
    locale,
    theme: readTheme(value(THEME_COOKIE)),
    density: readDensity(value(DENSITY_COOKIE)),
    zoneChoice,
    zone: resolveZone(zoneChoice, value(BROWSER_ZONE_COOKIE)),
    dictionary,
    folded: value(FOLD_COOKIE) === '1',
  };
}

/** Names of the session cookie over plain and secure connections; without one nobody is signed in. */
const SESSION_COOKIES = ['tidemark', '__Host-tidemark'] as const;

/** Whether the request carries a session at all; the API decides whether it is good. */
export async function hasSessionCookie(): Promise<boolean> {
  const jar = await cookies();
  return SESSION_COOKIES.some((name) => jar.has(name));
}
