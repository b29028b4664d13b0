/** Tokens for colouring SQL text in an editor. Works on broken and half-written text; knows nothing that the text itself does not show. */
import type { Span } from './ast.ts';
import { isReserved, NON_RESERVED, STRUCTURAL } from './keywords.ts';
import { lex, type Token } from './lexer.ts';

export type TokenCategory = 'keyword' | 'function' | 'name' | 'quotedName' | 'string' | 'number' | 'comment' | 'operator' | 'error';

export interface ColoredToken extends Span {
  readonly category: TokenCategory;
}

/** In order, without white space; everything else of the text is in one of them. */
export function tokenize(text: string): ColoredToken[] {
  const tokens = lex(text);
  const colored: ColoredToken[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'end') colored.push({ category: categoryOf(text, tokens, index), start: token.start, end: token.end });
  });
  return colored;
}

function categoryOf(text: string, tokens: readonly Token[], index: number): TokenCategory {
  const token = tokens[index]!;
  switch (token.kind) {
    case 'word':
      return categoryOfWord(tokens, index, token.text);
    case 'binary':
      return 'string';
    case 'bad':
      return categoryOfBroken(text, token);
    case 'end':
      return 'error';
    default:
      return token.kind;
  }
}

function categoryOfWord(tokens: readonly Token[], index: number, word: string): TokenCategory {
  const isAfterDot = tokens[index - 1]?.text === '.';
  const next = tokens[index + 1];
  if (next?.text === '(' && !STRUCTURAL.has(word) && !KEYWORDS_BEFORE_PARENTHESIS.has(word))
    return isReserved(word) || !isAfterDot ? 'function' : 'name';
  if (isReserved(word)) return 'keyword';
  return NON_RESERVED.has(word) && !isAfterDot && next?.text !== '.' && next?.text !== '=>' ? 'keyword' : 'name';
}

/** Not functions, though a parenthesis follows. */
const KEYWORDS_BEFORE_PARENTHESIS = new Set(['EXISTS', 'KEY', 'SETS', 'ROLLUP', 'CUBE', 'ANY', 'SOME', 'PATTERN', 'DEFINE', 'MEASURES']);

/** An unterminated string or comment keeps its colour while it is being typed. */
function categoryOfBroken(text: string, token: Token): TokenCategory {
  if (text.startsWith('/*', token.start)) return 'comment';
  const first = text[token.start];
  if (first === '`') return 'quotedName';
  return first === "'" || first === 'x' || first === 'X' ? 'string' : 'error';
}
