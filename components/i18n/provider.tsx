'use client';
/**
 * Language, zone and theme of the page. The server chooses the first values from cookies and hands over the dictionary of that one language;
 * the other one is loaded when the viewer switches. Changes are written to the cookies and apply at once.
 */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Dictionary, MessageKey, Messages } from './dictionary.ts';
import { type Format, makeFormat } from './format.ts';
import {
  BROWSER_ZONE_COOKIE,
  DENSITY_COOKIE,
  type Density,
  LOCALE_COOKIE,
  type Locale,
  resolveZone,
  THEME_COOKIE,
  type Theme,
  ZONE_COOKIE,
  type ZoneChoice,
} from './locale.ts';
import { fillMessage, type MessageParams } from './message.ts';
import { makeTeller, type Teller } from './said.ts';

type Args<K extends MessageKey> = MessageParams<Messages[K]> extends undefined ? [] : [params: MessageParams<Messages[K]>];
export type Translate = <K extends MessageKey>(key: K, ...args: Args<K>) => string;

export interface I18n {
  locale: Locale;
  theme: Theme;
  density: Density;
  zoneChoice: ZoneChoice;
  zone: string;
  t: Translate;
  f: Format;
  /** A sentence of the server in the viewer's language: `said(row.said, row.message)`. */
  said: Teller;
  setLocale(locale: Locale): void;
  setTheme(theme: Theme): void;
  setZoneChoice(zone: ZoneChoice): void;
  setDensity(density: Density): void;
}

const Context = createContext<I18n | null>(null);

export interface I18nStart {
  locale: Locale;
  theme: Theme;
  density: Density;
  zoneChoice: ZoneChoice;
  zone: string;
  dictionary: Dictionary;
}

function remember(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser.
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}

async function loadDictionary(locale: Locale): Promise<Dictionary> {
  return locale === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}

export function I18nProvider({ start, children }: { start: I18nStart; children: ReactNode }) {
  const [words, setWords] = useState({ locale: start.locale, dictionary: start.dictionary });
  const [theme, showTheme] = useState(start.theme);
  const [density, showDensity] = useState(start.density);
  const [zoneChoice, showZone] = useState(start.zoneChoice);
  const [zone, setZone] = useState(start.zone);

  useEffect(() => {
    const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    remember(BROWSER_ZONE_COOKIE, browserZone);
    setZone(resolveZone(zoneChoice, browserZone));
  }, [zoneChoice]);

  const setLocale = useCallback((locale: Locale) => {
    remember(LOCALE_COOKIE, locale);
    void loadDictionary(locale).then((dictionary) => {
      document.documentElement.lang = locale;
      setWords({ locale, dictionary });
    });
  }, []);
  const setTheme = useCallback((next: Theme) => {
    remember(THEME_COOKIE, next);
    document.documentElement.dataset.theme = next;
    showTheme(next);
  }, []);
  const setZoneChoice = useCallback((next: ZoneChoice) => {
    remember(ZONE_COOKIE, next);
    showZone(next);
  }, []);

  const setDensity = useCallback((next: Density) => {
    remember(DENSITY_COOKIE, next);
    showDensity(next);
  }, []);

  const value = useMemo<I18n>(() => {
    const f = makeFormat(words.locale, zone);
    const t = ((key: MessageKey, params?: Record<string, string | number>) =>
      fillMessage(words.dictionary[key], params, (n, name) => (name.endsWith('Ms') ? f.spanWords(n) : f.full(n)))) as Translate;
    const said = makeTeller(words.dictionary, f, words.locale);
    return { locale: words.locale, theme, density, zoneChoice, zone, t, f, said, setLocale, setTheme, setZoneChoice, setDensity };
  }, [words, theme, density, zoneChoice, zone, setLocale, setTheme, setZoneChoice, setDensity]);
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error('useI18n outside I18nProvider');
  return value;
}
