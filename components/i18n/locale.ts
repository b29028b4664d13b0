/**
 * Language, theme and time zone of a viewer: the values, the cookies that carry them (so that the first paint is right) and their
 * readers, which accept anything and fall back to the default.
 */
export type Locale = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

/** `browser`, or an IANA zone name such as `Asia/Shanghai`. */
export type ZoneChoice = string;

export const LOCALE_COOKIE = 'tidemark_locale';
export const THEME_COOKIE = 'tidemark_theme';
export const ZONE_COOKIE = 'tidemark_zone';
/** The zone the browser reported last, so that the server formats times as the browser will. */
export const BROWSER_ZONE_COOKIE = 'tidemark_browser_zone';

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Picks the language: the cookie, else the first known one of an Accept-Language header, else English. */
export function readLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (cookie === 'en' || cookie === 'zh') return cookie;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const tag = part.trim().toLowerCase();
    if (tag.startsWith('zh')) return 'zh';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

export function readTheme(cookie: string | undefined): Theme {
  return cookie === 'light' || cookie === 'dark' ? cookie : 'system';
}

export function readZoneChoice(cookie: string | undefined): ZoneChoice {
  return cookie && cookie !== 'browser' && isZone(cookie) ? cookie : 'browser';
}

/** The zone to format in: the chosen one, else what the browser reported last, else UTC. */
export function resolveZone(choice: ZoneChoice, browserZone: string | undefined): string {
  if (choice !== 'browser') return choice;
  return browserZone && isZone(browserZone) ? browserZone : 'UTC';
}

/** Row height of tables. */
export type Density = 'comfortable' | 'compact';
export const DENSITY_COOKIE = 'tidemark_density';

export function readDensity(cookie: string | undefined): Density {
  return cookie === 'compact' ? 'compact' : 'comfortable';
}

/** `1` = the side bar is folded. */
export const FOLD_COOKIE = 'tidemark_fold';
