/**
 * Finds the codes of sentences that were stated without one: those of the rooms below the contract (engine, connectors, stores, dialer), which
 * know no codes, and the texts of request schemas. A text is compared with the English templates of said/lower.ts, said/sql.ts and said/sql-rare.ts, those with the
 * most fixed characters first; a place that holds a sentence itself (`why`, `reason`, `text`) is looked at in turn. What fits none is told as it
 * is. A test holds the templates against the sources that state them.
 */
import { FIELDS } from './said/fields.ts';
import { HISTORY } from './said/history.ts';
import { LOWER } from './said/lower.ts';
import { PREVIEWS } from './said/previews.ts';
import { PROBES } from './said/probes.ts';
import { SQL } from './said/sql.ts';
import { SQL_RARE } from './said/sql-rare.ts';
import { inEnglish, type Said, type SaidCode, say } from './said.ts';
import { GUIDE_SAID } from './said-guide.ts';
import { ended, type SentenceValue } from './sentence.ts';

interface Pattern {
  readonly code: SaidCode;
  readonly names: readonly string[];
  readonly test: RegExp;
}

/** Sentences of rooms that know the codes, but come as the message of an error, or out of a column of a text only. */
const THROWN = {
  'said.run.began': HISTORY['said.run.began'],
  'said.run.endUnknown': HISTORY['said.run.endUnknown'],
  'said.run.notShared': HISTORY['said.run.notShared'],
  'said.run.severalCopies': HISTORY['said.run.severalCopies'],
  'said.basis.late': PREVIEWS['said.basis.late'],
  'said.test.late': PROBES['said.test.late'],
  'said.test.otherBytes': PROBES['said.test.otherBytes'],
  ...Object.fromEntries(Object.entries(PROBES).filter(([code]) => /^said\.(send|derive\.no)/.test(code))),
  ...Object.fromEntries(Object.entries(GUIDE_SAID).filter(([code]) => code.startsWith('said.store.'))),
  ...Object.fromEntries(Object.entries(PREVIEWS).filter(([code]) => code.startsWith('said.variable.'))),
};

const PLACE = /\{([a-zA-Z]+)\}/g;
const SENTENCE_PLACES = new Set(['why', 'reason', 'text']);
const TEXT_MOST = 4_000;

function patternOf(code: SaidCode, template: string): Pattern {
  const names = [...template.matchAll(PLACE)].map((match) => match[1] as string);
  const fixed = template.split(PLACE).filter((_, index) => index % 2 === 0);
  const source = fixed.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+?)');
  return { code, names, test: new RegExp(`^${source}$`, 's') };
}

const fixedLength = (template: string): number => template.replace(PLACE, '').length;
const PATTERNS: readonly Pattern[] = (Object.entries({ ...LOWER, ...SQL, ...SQL_RARE, ...THROWN }) as [SaidCode, string][])
  .sort(([, one], [, other]) => fixedLength(other) - fixedLength(one))
  .map(([code, template]) => patternOf(code, template));

/** The sentence by code, or the text as it is (`said.text`). */
export function recognise(text: string, depth = 0): Said {
  const other: Said = say('said.text', { text });
  if (depth > 3 || text.length > TEXT_MOST) return other;
  for (const { code, names, test } of PATTERNS) {
    const found = test.exec(text);
    if (!found) continue;
    const values: Record<string, SentenceValue> = {};
    names.forEach((name, index) => {
      const value = found[index + 1] as string;
      const inner = SENTENCE_PLACES.has(name) ? recognise(value, depth + 1) : null;
      values[name] = inner === null || inner.code === 'said.text' ? value : inner;
    });
    // A place that stands twice must have held the same both times.
    const said: Said = { code, values };
    if (ended(inEnglish(said)) === ended(text) && !(code === 'said.sql.nearName' && typeof values.text === 'string')) return said;
  }
  return other;
}

const BY_TEXT = new Map<string, SaidCode>((Object.entries(FIELDS) as [SaidCode, string][]).map(([code, text]) => [text, code]));

const FIELD_PATTERNS = (Object.entries(FIELDS) as [SaidCode, string][])
  .filter(([, template]) => template.includes('{') && !template.includes(':'))
  .map(([code, template]) => patternOf(code, template));

/** What a schema says of a field, by code. */
export function saidOfField(text: string): Said {
  const code = BY_TEXT.get(text);
  if (code) return { code, values: {} };
  for (const { code: one, names, test } of FIELD_PATTERNS) {
    const found = test.exec(text);
    if (found) return { code: one, values: Object.fromEntries(names.map((name, index) => [name, found[index + 1] as string])) };
  }
  return say('said.text', { text });
}
