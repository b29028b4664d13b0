/**
 * Formatters by language and time zone. Counts are full to 99,999 and then have three figures (zh: 万, 亿); bytes are binary
 * (KiB, MiB); durations have two units; times are 24 h. All inputs may be absent: the answer is then `--`.
 */
import type { Locale } from './locale.ts';

export const NONE = '--';
export const UNITS_OF_BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
type Maybe = number | null | undefined;

export interface Format {
  /** 41,208 · 1.24 M · 124 万 */
  count(n: Maybe): string;
  /** Always all figures. */
  full(n: Maybe): string;
  /** Records a second: `1,288 /s`, `0.4 /s`. */
  rate(n: Maybe): string;
  /** `3.6 KiB` */
  bytes(n: Maybe): string;
  /** The same with all figures, for tooltips. */
  bytesExact(n: Maybe): string;
  percent(fraction: Maybe): string;
  /** Duration of ms for tables: `3m 48s`. */
  span(ms: Maybe): string;
  /** Duration of ms for sentences: `32 s`, `10 min`. */
  spanWords(ms: Maybe): string;
  /** Measured duration of ms: `1.9 s`, `240 ms`. */
  took(ms: Maybe): string;
  /** `11-21 08:14`; other years `2025-11-21`. Takes ms since the epoch or an ISO string. */
  time(t: number | string | null | undefined): string;
  /** `11-21` of this year, `2025-11-21` of another. */
  day(t: number | string | null | undefined): string;
  /** `2026-11-23 20:41:07` */
  exact(t: number | string | null | undefined): string;
  /** `20:41:07` */
  clock(t: number | string | null | undefined): string;
  /** `20:41` */
  minute(t: number | string | null | undefined): string;
  /** Exact with ms and zone, then UTC: for tooltips. */
  precise(t: number | string | null | undefined): string;
  /** Local time minus UTC at that time, ms. */
  offsetMs(t: number): number;
  /** `UTC+08` */
  zoneLabel(): string;
}

const UNITS = {
  en: { d: 'd', h: 'h', m: 'm', s: 's', gap: ' ' },
  zh: { d: '天', h: '时', m: '分', s: '秒', gap: '' },
} as const;
const WORDS = {
  en: { d: 'd', h: 'h', m: 'min', s: 's' },
  zh: { d: '天', h: '小时', m: '分钟', s: '秒' },
} as const;

function three(n: number): string {
  return Number(n.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function shortCount(n: number, locale: Locale, full: (n: number) => string): string {
  const size = Math.abs(n);
  if (size < 100_000) return full(n);
  if (locale === 'zh') return size >= 1e8 ? `${three(n / 1e8)} 亿` : `${three(n / 1e4)} 万`;
  if (size >= 999.5e9) return `${three(n / 1e12)} T`;
  if (size >= 999.5e6) return `${three(n / 1e9)} G`;
  if (size >= 999.5e3) return `${three(n / 1e6)} M`;
  return `${three(n / 1e3)} K`;
}

function binary(n: number, units: readonly string[]): string {
  let value = n;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 ? String(Math.round(value)) : Math.abs(value) < 10 ? value.toFixed(1) : String(Math.round(value));
  return `${text} ${units[unit]}`;
}

function twoUnits(ms: number, locale: Locale): string {
  const u = UNITS[locale];
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 60) return `${s}${u.s}`;
  if (s < 3600) return `${Math.floor(s / 60)}${u.m}${u.gap}${two(s % 60)}${u.s}`;
  if (s < 86_400) return `${Math.floor(s / 3600)}${u.h}${u.gap}${two(Math.floor((s % 3600) / 60))}${u.m}`;
  return `${Math.floor(s / 86_400)}${u.d}${u.gap}${Math.floor((s % 86_400) / 3600)}${u.h}`;
}

function oneUnit(ms: number, locale: Locale): string {
  const w = WORDS[locale];
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 100) return `${s} ${w.s}`;
  if (s < 6000) return `${Math.round(s / 60)} ${w.m}`;
  if (s < 172_800) return `${Math.round(s / 3600)} ${w.h}`;
  return `${Math.round(s / 86_400)} ${w.d}`;
}

function measured(ms: number, locale: Locale): string {
  const s = WORDS[locale].s;
  if (ms < 1000) return locale === 'zh' ? `${Math.round(ms)} 毫秒` : `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} ${s}`;
  return oneUnit(ms, locale);
}

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

/** One Intl object a zone; formatToParts is asked once for all pieces. */
function partsOf(zone: string): (t: number) => Parts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (t) => Object.fromEntries(format.formatToParts(t).map((p) => [p.type, p.value])) as unknown as Parts;
}

function zoneOffset(zone: string, at: number): string {
  const part = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find((p) => p.type === 'timeZoneName');
  const offset = (part?.value ?? 'GMT').replace('GMT', '');
  return `UTC${offset.replace(/:00$/, '')}`;
}

type Time = number | string | null | undefined;

function timeFormats(
  zone: string,
  now: () => number,
): Pick<Format, 'time' | 'day' | 'exact' | 'clock' | 'minute' | 'precise' | 'offsetMs' | 'zoneLabel'> {
  const parts = partsOf(zone);
  const at = (t: Time, use: (p: Parts, ms: number) => string): string => {
    if (t === null || t === undefined || t === '') return NONE;
    const ms = typeof t === 'number' ? t : Date.parse(t);
    return Number.isNaN(ms) ? NONE : use(parts(ms), ms);
  };
  const thisYear = () => parts(now()).year;
  const exact = (p: Parts) => `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
  return {
    time: (t) => at(t, (p) => (p.year === thisYear() ? `${p.month}-${p.day} ${p.hour}:${p.minute}` : `${p.year}-${p.month}-${p.day}`)),
    day: (t) => at(t, (p) => (p.year === thisYear() ? `${p.month}-${p.day}` : `${p.year}-${p.month}-${p.day}`)),
    exact: (t) => at(t, exact),
    clock: (t) => at(t, (p) => `${p.hour}:${p.minute}:${p.second}`),
    minute: (t) => at(t, (p) => `${p.hour}:${p.minute}`),
    precise: (t) =>
      at(t, (p, ms) => `${exact(p)}.${String(ms % 1000).padStart(3, '0')} ${zoneOffset(zone, ms)} · ${new Date(ms).toISOString()}`),
    offsetMs: (t) => {
      const p = parts(t);
      const local = Date.UTC(Number(p.year), Number(p.month) - 1, Number(p.day), Number(p.hour), Number(p.minute), Number(p.second));
      return local - Math.floor(t / 1000) * 1000;
    },
    zoneLabel: () => zoneOffset(zone, now()),
  };
}

export function makeFormat(locale: Locale, zone: string, now: () => number = Date.now): Format {
  const full = (n: number) => (Number.isInteger(n) ? n : Math.round(n * 10) / 10).toLocaleString('en-US');
  const given =
    <T extends number>(use: (n: T) => string) =>
    (n: Maybe) =>
      n === null || n === undefined || Number.isNaN(n) ? NONE : use(n as T);
  return {
    count: given((n) => shortCount(n, locale, full)),
    full: given(full),
    rate: given((n) => `${n > 0 && n < 10 ? n.toFixed(1) : shortCount(Math.round(n), locale, full)} ${locale === 'zh' ? '条/秒' : '/s'}`),
    bytes: given((n) => binary(n, UNITS_OF_BYTES)),
    bytesExact: given((n) => `${binary(n, UNITS_OF_BYTES)} (${full(n)} B)`),
    percent: given((f) => `${f * 100 < 10 && f > 0 ? Number((f * 100).toFixed(1)) : Math.round(f * 100)} %`),
    span: given((ms) => twoUnits(ms, locale)),
    spanWords: given((ms) => oneUnit(ms, locale)),
    took: given((ms) => measured(ms, locale)),
    ...timeFormats(zone, now),
  };
}
