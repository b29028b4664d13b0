/**
 * A sentence by code, and how a template is filled. Knows no template, so that a browser gets those of its own language only. See said.ts.
 */
export type SentenceValue = string | number | Sentence | readonly Sentence[];

export interface Sentence {
  readonly code: string;
  readonly values: Readonly<Record<string, SentenceValue>>;
}

export const listOf = <T extends Sentence>(told: T | readonly T[]): readonly T[] => (Array.isArray(told) ? told : [told as T]);

/** True when a value has the form of a sentence; its code may be of another version. */
export function isSentence(value: unknown): value is Sentence {
  if (typeof value !== 'object' || value === null) return false;
  const { code, values } = value as { code?: unknown; values?: unknown };
  if (typeof code !== 'string' || typeof values !== 'object' || values === null) return false;
  return Object.values(values).every(
    (one) => typeof one === 'string' || typeof one === 'number' || isSentence(one) || (Array.isArray(one) && one.every(isSentence)),
  );
}

const PLACE = /\{([a-zA-Z]+)(?::([^|{}]*)\|([^{}]*))?\}/g;
/** Numbers that name something instead of counting it. */
const NAMING = /^(id|run|version|checkpoint|generation|port|status|line|column|code|pid|offset|partition)$|(Id|Number)$/;

/** Prints what a value of a template is: a number is told its name, sentences come as a list. */
export interface Printer {
  number(n: number, name: string): string;
  said?(sentences: readonly Sentence[]): string;
}

const ENDED = /[.!?…。！？;；][)\]"'”’」]*$/;

/** Another one's text often ends without a full stop; what follows it must not run into it. */
export function ended(text: string): string {
  const bare = text.trim().replace(/[,:]+$/, '');
  if (bare === '' || ENDED.test(bare)) return bare;
  return `${bare}${/[\u4e00-\u9fff]$/.test(bare) ? '。' : '.'}`;
}

/** Sentences in their order. Chinese ones stand without a space between them, but where two of other people's words would run together. */
export function joined(parts: readonly string[], language: 'en' | 'zh'): string {
  if (language !== 'zh') return parts.join(' ');
  return parts.reduce((text, part) => (/[\x20-\x7e]$/.test(text) && /^[\x20-\x7e]/.test(part) ? `${text} ${part}` : text + part), '');
}

/** Places that hold sentences, of the server or of others: they have one full stop, whoever gives it. */
const SENTENCES = /^(why|reasons?|problem|sentence|first|text)$/;

function fitted(value: string, name: string, template: string, next: string): string {
  if (!SENTENCES.test(name) || template === '{text}') return value;
  if (next === '.' || next === '。') return value.trim().replace(/[.。]$/, '');
  return next === '' || /[\s\p{L}]/u.test(next) ? ended(value) : value;
}

/** Fills a template. Unknown places are left as they stand. */
export function fillTemplate(template: string, values: Readonly<Record<string, SentenceValue>>, print: Printer): string {
  return template.replace(PLACE, (whole, name: string, one: string | undefined, many: string | undefined, at: number) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one !== undefined && many !== undefined) return value === 1 || value === '1' ? one : many;
    if (typeof value === 'number') return NAMING.test(name) ? String(value) : print.number(value, name);
    const text = typeof value === 'string' ? value : (print.said?.(listOf(value)) ?? whole);
    return fitted(text, name, template, template[at + whole.length] ?? '');
  });
}
