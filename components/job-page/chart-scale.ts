/**
 * The vertical scale of a chart: zero, a round top, and the middle between them, each a round number in the unit of the top. Units: counts and rates in
 * tens, bytes in powers of 1,024, durations in ms, s, min, h, d, shares as per cent of the whole.
 */
import { UNITS_OF_BYTES } from '../i18n/format.ts';
import type { Locale } from '../i18n/locale.ts';

export type Quantity = 'count' | 'rate' | 'bytes' | 'duration' | 'share';

/** Tops by tens whose half has no more figures than they have. */
const TENS = [1, 2, 4, 6, 8, 10] as const;
const BINARY = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const DURATIONS = [
  ...[2, 4, 10, 20, 40, 100, 200, 400, 1_000],
  ...[2, 4, 10, 20, 30, 60].map((n) => n * SECOND),
  ...[2, 4, 10, 20, 30, 60].map((n) => n * MINUTE),
  ...[2, 4, 6, 12, 24].map((n) => n * HOUR),
] as const;

function topByTens(max: number, least: number): number {
  const wanted = Math.max(max, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  // 0.1 × 3 is not 0.3: a hair more is no reason for a higher top.
  const step = TENS.find((one) => one * power >= wanted * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(3));
}

/** The top of the scale for values up to `max`. */
export function topOf(quantity: Quantity, max: number): number {
  switch (quantity) {
    case 'share':
      // Of one core there may be several.
      return Math.max(1, Math.ceil(max));
    case 'count':
      return topByTens(max, 2);
    case 'rate':
      return topByTens(max, 0.2);
    case 'bytes': {
      let unit = 1;
      while (max > 512 * unit && unit < 1024 ** 4) unit *= 1024;
      return unit * (BINARY.find((one) => one * unit >= Math.max(2, max)) ?? Math.ceil(max / unit));
    }
    case 'duration':
      return DURATIONS.find((one) => one >= max) ?? topByTens(max / DAY, 2) * DAY;
  }
}

const DURATION_UNITS = {
  en: { ms: 'ms', s: 's', min: 'min', h: 'h', d: 'd' },
  zh: { ms: '毫秒', s: '秒', min: '分', h: '时', d: '天' },
} as const;

function unitOf(quantity: Quantity, top: number, locale: Locale): { size: number; word: string } {
  if (quantity === 'bytes') {
    let index = 0;
    while (top >= 1024 ** (index + 1) && index < UNITS_OF_BYTES.length - 1) index += 1;
    return { size: 1024 ** index, word: UNITS_OF_BYTES[index] as string };
  }
  if (quantity === 'duration') {
    const words = DURATION_UNITS[locale];
    if (top < SECOND) return { size: 1, word: words.ms };
    if (top <= MINUTE) return { size: SECOND, word: words.s };
    if (top <= HOUR) return { size: MINUTE, word: words.min };
    if (top <= DAY) return { size: HOUR, word: words.h };
    return { size: DAY, word: words.d };
  }
  if (quantity === 'share') return { size: 0.01, word: '%' };
  const steps: readonly [number, string][] =
    locale === 'zh'
      ? [
          [1e8, '亿'],
          [1e4, '万'],
        ]
      : [
          [1e12, 'T'],
          [1e9, 'G'],
          [1e6, 'M'],
          [1e3, 'K'],
        ];
  const [size, word] = steps.find(([least]) => top >= 10 * least || (top >= least && least > 1e4)) ?? [1, ''];
  return { size, word };
}

/** The three labels of the axis, from below: `0`, `0.5 s`, `1 s`. */
export function axisLabels(quantity: Quantity, top: number, locale: Locale): [string, string, string] {
  const { size, word } = unitOf(quantity, top, locale);
  const write = (value: number) => {
    const text = Number((value / size).toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
    return word ? `${text} ${word}` : text;
  };
  return ['0', write(top / 2), write(top)];
}
