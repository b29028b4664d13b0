/**
 * Sentences of the server that a console shows in the viewer's language. An answer (and a row of the database) carries the English text and, beside
 * it, `said`: codes with their values, in the order in which they are read. The templates in said/ are the English ones; other languages translate
 * them by code (said/zh).
 *
 * `{name}` is a value; `{n:record|records}` picks the word by the value `n` and does not print it. Values that are texts (names, an error of a broker)
 * are shown as they are, sentences as values are translated with the sentence around them. A number is grouped, but for ids, versions and the like;
 * where its name ends in `Ms` or `Span` it is a length of time of one or two units.
 */
import { FIELDS } from './said/fields.ts';
import { HISTORY } from './said/history.ts';
import { LOWER } from './said/lower.ts';
import { PREVIEWS } from './said/previews.ts';
import { PROBES } from './said/probes.ts';
import { REFUSALS } from './said/refusals.ts';
import { SQL } from './said/sql.ts';
import { SQL_RARE } from './said/sql-rare.ts';
import { GUIDE_SAID } from './said-guide.ts';
import { ended, fillTemplate, listOf, type Printer, type Sentence, type SentenceValue } from './sentence.ts';

export const SAID = { ...GUIDE_SAID, ...PREVIEWS, ...REFUSALS, ...HISTORY, ...PROBES, ...FIELDS, ...LOWER, ...SQL, ...SQL_RARE } as const;
export type SaidCode = keyof typeof SAID;

/** One sentence: its code and the values of its places. */
export interface Said extends Sentence {
  readonly code: SaidCode;
}

/** What is told: one sentence, or some in their order. */
export type Told = Said | readonly Said[];

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}:${string}` ? Name : Inner) | Names<Rest>
  : never;
type Values<C extends SaidCode> = [Names<(typeof SAID)[C]>] extends [never]
  ? []
  : [values: { readonly [K in Names<(typeof SAID)[C]>]: SentenceValue }];

export function say<C extends SaidCode>(code: C, ...values: Values<C>): Said {
  return { code, values: values[0] ?? {} };
}

/** True when a value read from JSON is a sentence of this version. */
export function isSaid(value: unknown): value is Said {
  if (typeof value !== 'object' || value === null) return false;
  const { code, values } = value as { code?: unknown; values?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(SAID, code) || typeof values !== 'object' || values === null) return false;
  return Object.values(values).every(
    (one) => typeof one === 'string' || typeof one === 'number' || isSaid(one) || (Array.isArray(one) && one.every(isSaid)),
  );
}

/** What units of time are called; `days` stands alone. */
export interface UnitWords {
  readonly s: string;
  readonly min: string;
  readonly h: string;
  readonly d: string;
  readonly days: string;
}
const ENGLISH_UNITS: UnitWords = { s: 's', min: 'min', h: 'h', d: 'd', days: 'days' };

/** `14 min`. */
export function oneUnit(ms: number, words: UnitWords = ENGLISH_UNITS): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} ${words.s}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} ${words.min}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} ${words.h}` : `${Math.round(hours / 24)} ${words.days}`;
}

/** `14 min 6 s`. */
export function twoUnits(ms: number, words: UnitWords = ENGLISH_UNITS): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), words.d],
    [Math.floor((seconds % 86_400) / 3_600), words.h],
    [Math.floor((seconds % 3_600) / 60), words.min],
    [seconds % 60, words.s],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.length === 0 ? `0 ${words.s}` : shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

const ENGLISH: Printer = {
  number: (n, name) => (name.endsWith('Ms') ? oneUnit(n) : name.endsWith('Span') ? twoUnits(n) : n.toLocaleString('en-US')),
  said: (sentences) => inEnglish(sentences as readonly Said[]),
};

/** The sentences in English, one after the other. */
export function inEnglish(told: Told): string {
  const texts = listOf(told).map(({ code, values }) => fillTemplate(SAID[code], values, ENGLISH));
  return texts.length === 1 ? (texts[0] as string) : texts.map(ended).join(' ');
}

/** The English text and the codes, as answers carry them. */
export const messageOf = (told: Told): { message: string; said: Said[] } => ({ message: inEnglish(told), said: [...listOf(told)] });
