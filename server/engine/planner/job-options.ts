/** Settings of a script: which keys there are, what their values may be, and what the planner reads of them. */
import { didYouMean, nearestName } from './near-name.ts';
import { IGNORED_PREFIXES, IGNORED_SETTINGS, IGNORED_TABLE_SETTINGS, type SettingValue, USED_SETTINGS } from './setting-keys.ts';

export type SettingCheck =
  | { readonly kind: 'used' }
  | { readonly kind: 'ignored'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string; readonly near: string | null }
  | { readonly kind: 'badValue'; readonly message: string };

const IGNORED = new Set([...IGNORED_SETTINGS, ...IGNORED_TABLE_SETTINGS]);

export function checkSetting(key: string, value: string): SettingCheck {
  const expected = USED_SETTINGS[key];
  if (expected !== undefined) {
    const wanted = valueProblem(expected, value);
    return wanted === null ? { kind: 'used' } : { kind: 'badValue', message: `'${key}' takes ${wanted}, not '${value}'.` };
  }
  if (IGNORED.has(key) || IGNORED_PREFIXES.some((prefix) => key.startsWith(prefix))) {
    return { kind: 'ignored', message: `'${key}' has no effect in the embedded engine.` };
  }
  const near = nearestName(key, [...Object.keys(USED_SETTINGS), ...IGNORED]);
  return { kind: 'unknown', message: `There is no setting '${key}'.${didYouMean(near)}`, near };
}

/** What the value should be, or null when it fits. */
function valueProblem(expected: SettingValue, value: string): string | null {
  if (typeof expected !== 'string') {
    const word = value.toUpperCase().replaceAll('-', '_');
    return expected.includes(word) ? null : `one of ${expected.join(', ')}`;
  }
  switch (expected) {
    case 'boolean':
      return /^(true|false)$/i.test(value) ? null : 'true or false';
    case 'duration':
      return durationMs(value) === null ? "a duration such as '10 s' or '1 h'" : null;
    case 'count':
      return /^[1-9]\d*$/.test(value) ? null : 'a positive whole number';
    case 'zone':
      return isZone(value) ? null : "a time zone such as 'Europe/Berlin', 'UTC' or 'GMT+08:00'";
    case 'text':
      return null;
  }
}

function isZone(value: string): boolean {
  if (value === 'default') return true;
  if (/^(GMT|UTC|UT)?[+-](0?\d|1[0-8])(:?[0-5]\d)?$/.test(value)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milli|millis|millisecond|milliseconds|)$/, 1],
  [/^(s|sec|secs|second|seconds)$/, 1000],
  [/^(m|min|mins|minute|minutes)$/, 60_000],
  [/^(h|hour|hours)$/, 3_600_000],
  [/^(d|day|days)$/, 86_400_000],
];

/** Flink's durations: `200 ms`, `1 h`, `10s`, a bare number of milliseconds, `PT10S`. Null for anything else. */
export function durationMs(text: string): number | null {
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3})\d*)?S)?)?$/i.exec(text.trim());
  if (iso && /\d/.test(text)) {
    const [days, hours, minutes, seconds] = iso.slice(1, 5).map((part) => Number(part ?? 0));
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + Number((iso[5] ?? '0').padEnd(3, '0'));
  }
  const match = /^(\d+)\s*([a-zA-Z]*)$/.exec(text.trim());
  if (!match) return null;
  const unit = UNIT_MS.find(([pattern]) => pattern.test(match[2].toLowerCase()));
  return unit === undefined ? null : Number(match[1]) * unit[1];
}

type Settings = Readonly<Record<string, string>>;

export function durationSetting(settings: Settings, key: string, otherwise: number): number {
  const text = settings[key];
  return (text === undefined ? null : durationMs(text)) ?? otherwise;
}

/** Powers of two from 16 to 32768: a row's key group is a part of its hash. */
export function keyGroupCount(settings: Settings): number {
  const wanted = Number(settings['pipeline.max-parallelism'] ?? 128);
  return Math.min(32_768, Math.max(16, 2 ** Math.ceil(Math.log2(wanted))));
}

export function timeZoneSetting(settings: Settings): string {
  const zone = settings['table.local-time-zone'];
  return zone === undefined || zone === 'default' ? 'UTC' : zone;
}
