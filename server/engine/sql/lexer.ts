/**
 * Cuts a Flink SQL script into tokens. It never fails: text that is no token becomes a `bad` token with the reason, so that the same
 * tokens serve the parser (which reports it when it gets there), highlighting and completion in half-written text. White space is left out,
 * comments are tokens. A hint `/*+ … *\/` is not a comment: its two ends are operators and its inside is cut like any text.
 */
import type { Span } from './ast.ts';

export type TokenKind = 'word' | 'quotedName' | 'string' | 'binary' | 'number' | 'operator' | 'comment' | 'bad' | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** Words in upper case, operators as written; the reason for `bad`; empty for the others. */
  readonly text: string;
}

const TWO_CHARACTER_OPERATORS = new Set(['<=', '>=', '<>', '!=', '||', '=>', '->']);
const ONE_CHARACTER_OPERATORS = '+-*/%(),.;=<>[]{}?:|^$&';

const isDigit = (code: number) => code >= 48 && code <= 57;
const isWordStart = (code: number) =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || (code > 127 && !isSpace(code));
const isWordPart = (code: number) => isWordStart(code) || isDigit(code) || code === 36;

function isSpace(code: number): boolean {
  if (code === 32 || (code >= 9 && code <= 13)) return true;
  return (
    code === 0xa0 ||
    code === 0xfeff ||
    code === 0x3000 ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200b)
  );
}

/** All tokens of the text in order; the last is `end` at the text's end. */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let isInHint = false;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
      continue;
    }
    const token = isInHint && text.startsWith('*/', at) ? operator(at, '*/') : nextToken(text, at, code);
    if (token.kind === 'operator' && token.text === '/*+') isInHint = true;
    else if (token.kind === 'operator' && token.text === '*/') isInHint = false;
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function operator(start: number, text: string): Token {
  return { kind: 'operator', text, start, end: start + text.length };
}

function nextToken(text: string, start: number, code: number): Token {
  const next = text.charCodeAt(start + 1);
  if (code === 45 && next === 45) return { kind: 'comment', text: '', start, end: endOfLine(text, start) };
  if (code === 47 && next === 42) return commentOrHint(text, start);
  if (code === 39) return quoted(text, start, start, "'", 'string');
  if ((code === 120 || code === 88) && next === 39) return quoted(text, start, start + 1, "'", 'binary');
  if (code === 96) return quoted(text, start, start, '`', 'quotedName');
  if (isDigit(code) || (code === 46 && isDigit(next))) return { kind: 'number', text: '', start, end: endOfNumber(text, start) };
  if (isWordStart(code)) {
    let end = start + 1;
    while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
    return { kind: 'word', text: text.slice(start, end).toUpperCase(), start, end };
  }
  const two = text.slice(start, start + 2);
  if (TWO_CHARACTER_OPERATORS.has(two)) return operator(start, two);
  const one = text[start]!;
  if (ONE_CHARACTER_OPERATORS.includes(one)) return operator(start, one);
  if (one === '"') {
    const close = text.indexOf('"', start + 1);
    const end = close < 0 || close > endOfLine(text, start) ? start + 1 : close + 1;
    return { kind: 'bad', text: "double quotes have no meaning here: texts stand in 'single quotes', names in `back-ticks`", start, end };
  }
  return { kind: 'bad', text: `'${one}' has no meaning here`, start, end: start + 1 };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function commentOrHint(text: string, start: number): Token {
  if (text[start + 2] === '+') return operator(start, '/*+');
  const close = text.indexOf('*/', start + 2);
  if (close >= 0) return { kind: 'comment', text: '', start, end: close + 2 };
  return { kind: 'bad', text: 'unterminated comment: it begins here and has no closing */', start, end: text.length };
}

/** A quote is written twice inside. */
function quoted(text: string, start: number, open: number, quote: string, kind: 'string' | 'binary' | 'quotedName'): Token {
  let close = text.indexOf(quote, open + 1);
  while (close >= 0 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
  if (close >= 0) return { kind, text: '', start, end: close + 1 };
  const what = kind === 'quotedName' ? 'quoted name' : 'string';
  const hint = kind === 'quotedName' ? 'back-tick' : "' (a ' inside a string is written twice)";
  return { kind: 'bad', text: `unterminated ${what}: it begins here and has no closing ${hint}`, start, end: text.length };
}

function endOfNumber(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  if (text[end] === '.') {
    end++;
    while (isDigit(text.charCodeAt(end))) end++;
  }
  if (text[end] === 'e' || text[end] === 'E') {
    const sign = text[end + 1] === '+' || text[end + 1] === '-' ? 1 : 0;
    if (isDigit(text.charCodeAt(end + 1 + sign))) {
      end += 1 + sign;
      while (isDigit(text.charCodeAt(end))) end++;
    }
  }
  return end;
}
