/**
 * Sentences in the language of whoever is told them outside of a page: notices of alarms. Pages translate by dictionaries of their own
 * (components/i18n); this room holds every template of both languages and is for the server only.
 */

import { fields } from './said/zh/fields.ts';
import { history } from './said/zh/history.ts';
import { lower } from './said/zh/lower.ts';
import { previews } from './said/zh/previews.ts';
import { probes } from './said/zh/probes.ts';
import { refusals } from './said/zh/refusals.ts';
import { sql } from './said/zh/sql.ts';
import { sqlRare } from './said/zh/sql-rare.ts';
import { inEnglish, oneUnit, type Said, type SaidCode, type Told, twoUnits, type UnitWords } from './said.ts';
import { ended, fillTemplate, joined, listOf, type Printer } from './sentence.ts';

export type Language = 'en' | 'zh';

/** Answers of the restart guide are told on pages only. */
const CHINESE: Readonly<Partial<Record<SaidCode, string>>> = {
  ...previews,
  ...refusals,
  ...history,
  ...probes,
  ...fields,
  ...lower,
  ...sql,
  ...sqlRare,
};
const CHINESE_UNITS: UnitWords = { s: '秒', min: '分钟', h: '小时', d: '天', days: '天' };

const PRINTER: Printer = {
  number: (n, name) =>
    name.endsWith('Ms') ? oneUnit(n, CHINESE_UNITS) : name.endsWith('Span') ? twoUnits(n, CHINESE_UNITS) : n.toLocaleString('en-US'),
  said: (sentences) => inChinese(sentences as readonly Said[]),
};

function inChinese(told: Told): string {
  const texts = listOf(told).map((said) => {
    const template = CHINESE[said.code];
    return template === undefined ? inEnglish(said) : fillTemplate(template, said.values, PRINTER);
  });
  return texts.length === 1 ? (texts[0] as string) : joined(texts.map(ended), 'zh');
}

/** The sentences, one after the other. */
export function toldIn(language: Language, told: Told): string {
  return language === 'zh' ? inChinese(told) : inEnglish(told);
}
