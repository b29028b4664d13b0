import { describe, expect, it } from 'vitest';
import { makeFormat } from './format.ts';
import { readLocale, resolveZone } from './locale.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 41, 7);
const en = makeFormat('en', 'Asia/Shanghai', () => NOW);
const zh = makeFormat('zh', 'Asia/Shanghai', () => NOW);

describe('counts and bytes', () => {
  it('are full to 99,999 and then have three figures', () => {
    expect([41208, 99_999, 1_238_000, 27_600_000].map(en.count)).toEqual(['41,208', '99,999', '1.24 M', '27.6 M']);
    expect([99_999, 1_240_000, 123_000_000].map(zh.count)).toEqual(['99,999', '124 万', '1.23 亿']);
    expect(en.count(999_600)).toBe('1 M');
    expect(en.count(null)).toBe('--');
  });

  it('write bytes in binary units and rates with their unit', () => {
    expect(en.bytes(412 * 1024 * 1024)).toBe('412 MiB');
    expect(en.bytes(1536)).toBe('1.5 KiB');
    expect(en.bytesExact(1536)).toBe('1.5 KiB (1,536 B)');
    expect(en.rate(1288)).toBe('1,288 /s');
    expect(zh.rate(0.42)).toBe('0.4 条/秒');
    expect(en.percent(0.681)).toBe('68 %');
  });
});

describe('durations', () => {
  it('have two units in tables', () => {
    expect([32_000, 228_000, 846_000, 7_800_000, 97_200_000].map(en.span)).toEqual(['32s', '3m 48s', '14m 06s', '2h 10m', '1d 3h']);
    expect([32_000, 228_000, 97_200_000].map(zh.span)).toEqual(['32秒', '3分48秒', '1天3时']);
    expect(en.span(-5)).toBe('0s');
  });

  it('have one unit in sentences and a decimal only when measured below 10 s', () => {
    expect(en.spanWords(32_400)).toBe('32 s');
    expect(en.spanWords(600_000)).toBe('10 min');
    expect(en.took(1_940)).toBe('1.9 s');
    expect(en.took(240)).toBe('240 ms');
    expect(zh.took(12_000)).toBe('12 秒');
  });
});

describe('times', () => {
  it('stand in the chosen zone, 24 h', () => {
    expect(en.exact(NOW)).toBe('2026-11-23 20:41:07');
    expect(en.time(NOW)).toBe('11-23 20:41');
    expect(en.time(Date.UTC(2025, 10, 20, 16, 0))).toBe('2025-11-21');
    expect(en.clock(Date.UTC(2026, 10, 23, 16, 5, 9))).toBe('00:05:09');
    expect(en.zoneLabel()).toBe('UTC+08');
    expect(makeFormat('en', 'Asia/Kolkata', () => NOW).zoneLabel()).toBe('UTC+05:30');
    expect(en.exact('not a time')).toBe('--');
  });

  it('choose language and zone from what the browser sent', () => {
    expect(readLocale(undefined, 'de, zh-CN;q=0.8, en;q=0.5')).toBe('zh');
    expect(readLocale('en', 'zh')).toBe('en');
    expect(resolveZone('browser', 'Not/AZone')).toBe('UTC');
    expect(resolveZone('browser', 'Europe/Berlin')).toBe('Europe/Berlin');
  });
});
