/** How single tokens are written in formatted text: keywords in upper case, and where a space goes between two. */
import { isReserved } from './keywords.ts';
import type { Token } from './lexer.ts';

export const TYPE_CONSTRUCTORS = new Set(['ARRAY', 'MAP', 'MULTISET', 'ROW']);
/** Words that hug the parenthesis behind them. */
const HUGGING = new Set([
  ...['CAST', 'TRY_CAST', 'UNNEST', 'TABLE', 'DESCRIPTOR', 'ROW', 'DECIMAL', 'DEC', 'NUMERIC', 'CHAR', 'CHARACTER', 'VARYING', 'VARCHAR'],
  ...[
    'OPTIONS',
    'STATE_TTL',
    'LOOKUP',
    'BROADCAST',
    'SHUFFLE_HASH',
    'SHUFFLE_MERGE',
    'NEST_LOOP',
    'BINARY',
    'VARBINARY',
    'TIME',
    'TIMESTAMP',
    'TIMESTAMP_LTZ',
    'YEAR',
    'MONTH',
    'DAY',
    'HOUR',
    'MINUTE',
    'SECOND',
  ],
]);
const NO_SPACE_BEFORE = new Set([')', ']', ',', '.', ';', '[']);
const NO_SPACE_AFTER = new Set(['(', '[', '.']);

export interface LayoutInput {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly names: ReadonlySet<number>;
  readonly functions: ReadonlySet<number>;
  /** Offsets at which a statement begins, and what it is. */
  readonly statements: ReadonlyMap<number, string>;
  /** From an offset to the end that is written as it stands. */
  readonly verbatim: ReadonlyMap<number, number>;
}

export class TokenTexts {
  private readonly input: LayoutInput;

  constructor(input: LayoutInput) {
    this.input = input;
  }

  /** As it is written in formatted text. */
  written(token: Token): string {
    const text = this.input.source.slice(token.start, token.end);
    if (token.kind !== 'word' || this.isName(token)) return text;
    return isReserved(token.text) || !this.input.functions.has(token.start) ? token.text : text;
  }

  /** Is there a space before the token? `isInType`: inside the angle brackets of a type. */
  needsSpace(index: number, isInType: boolean): boolean {
    const token = this.input.tokens[index]!;
    const before = this.previous(index);
    if (before === null) return false;
    if (before.kind === 'operator') {
      if (NO_SPACE_AFTER.has(before.text)) return false;
      if ((before.text === '-' || before.text === '+') && this.isSign(index - 1)) return token.text === '-' || token.text === '+';
      if (before.text === '<' && isInType && TYPE_CONSTRUCTORS.has(this.input.tokens[index - 2]?.text ?? '')) return false;
    }
    if (token.kind !== 'operator') return true;
    if (token.text === '(') return !this.hugs(before);
    if (NO_SPACE_BEFORE.has(token.text)) return false;
    return true;
  }

  private hugs(before: Token): boolean {
    if (this.input.functions.has(before.start)) return true;
    return before.kind === 'word' && !this.isName(before) && HUGGING.has(before.text);
  }

  /** Is the + or - at this index a sign, not an operation? */
  private isSign(index: number): boolean {
    const sign = this.input.tokens[index];
    if (sign?.kind !== 'operator') return false;
    const before = this.previous(index);
    if (before === null) return true;
    if (before.kind === 'operator') return before.text !== ')' && before.text !== ']';
    return before.kind === 'word' && !this.isName(before) && !this.input.functions.has(before.start) && before.text !== 'END';
  }

  isName(token: Token): boolean {
    return token.kind === 'quotedName' || this.input.names.has(token.start);
  }

  /** The token before, comments left out. */
  previous(index: number): Token | null {
    for (let i = index - 1; i >= 0; i--) if (this.input.tokens[i]!.kind !== 'comment') return this.input.tokens[i]!;
    return null;
  }

  /** The token behind, comments left out. */
  next(index: number): Token | null {
    for (let i = index + 1; i < this.input.tokens.length; i++) {
      const token = this.input.tokens[i]!;
      if (token.kind !== 'comment') return token.kind === 'end' ? null : token;
    }
    return null;
  }
}
