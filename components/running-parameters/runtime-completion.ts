/** Completion of key=value lines: what the caret's line asks for, and the text with a proposal in it. */
import type { RuntimeKey } from '../../server/contract/runtime-keys.ts';

export interface Proposals {
  /** Of the text: what a proposal takes the place of. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly string[];
}

const MOST = 6;

function lineAt(text: string, caret: number): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf('\n', caret - 1) + 1;
  const next = text.indexOf('\n', caret);
  return { start, end: next < 0 ? text.length : next };
}

/** The known key of the caret's line. */
export function keyAt(text: string, caret: number, keys: readonly RuntimeKey[]): RuntimeKey | null {
  const { start, end } = lineAt(text, caret);
  const name = text.slice(start, end).split('=', 1)[0]?.trim() ?? '';
  return keys.find((one) => one.key === name) ?? null;
}

/** Keys until the `=`, those that begin so and those with an effect first; behind it the values a key may have. */
export function proposalsAt(text: string, caret: number, keys: readonly RuntimeKey[]): Proposals {
  const { start, end } = lineAt(text, caret);
  const line = text.slice(start, end);
  const equals = line.indexOf('=');
  const isInValue = equals >= 0 && caret > start + equals;
  if (isInValue) {
    const key = keyAt(text, caret, keys);
    const words = key?.takes === 'boolean' ? ['true', 'false'] : (key?.choices ?? []);
    const typed = line
      .slice(equals + 1)
      .trim()
      .toUpperCase();
    return { from: start + equals + 1, to: end, items: words.filter((word) => word.toUpperCase() !== typed).slice(0, MOST) };
  }
  const typed = (equals < 0 ? line : line.slice(0, equals)).trim().toLowerCase();
  const to = equals < 0 ? end : start + equals;
  if (typed === '' || typed.startsWith('#')) return { from: start, to, items: [] };
  const rank = (one: RuntimeKey): number => (one.key.startsWith(typed) ? 0 : 2) + (one.hasEffect ? 0 : 1);
  const items = keys
    .filter((one) => one.key.includes(typed) && one.key !== typed)
    .sort((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key, 'en'))
    .slice(0, MOST)
    .map((one) => one.key);
  return { from: start, to, items };
}

/** The text with a proposal, and where the caret stands then. */
export function withProposal(text: string, { from, to }: Proposals, item: string): { readonly text: string; readonly caret: number } {
  const rest = text.slice(to);
  const isKey = from === 0 || text[from - 1] === '\n';
  const put = isKey && !rest.startsWith('=') ? `${item}=` : item;
  const caret = from + put.length + (isKey && rest.startsWith('=') ? 1 : 0);
  return { text: text.slice(0, from) + put + rest, caret };
}

/** The text with another key in a line (1-based). */
export function withKey(text: string, line: number, key: string): string {
  return text
    .split('\n')
    .map((one, index) => (index === line - 1 ? key + one.slice(Math.max(0, one.indexOf('='))) : one))
    .join('\n');
}
