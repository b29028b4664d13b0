/**
 * The parser's view of the tokens: looking ahead, taking what fits, and telling what would have fitted. Every test that fails at a place is
 * remembered there, so that the message names all that could have stood at it. A word taken as an alias without AS may be a misspelled
 * keyword; when the next token then fits nowhere, that word is the one reported.
 */
import type { Identifier, Span } from './ast.ts';
import { isReserved, meantWord, STRUCTURAL } from './keywords.ts';
import { lex, type Token } from './lexer.ts';
import { SqlError } from './problem.ts';

/** Levels of nesting that are read; deeper text is refused before the stack of the process would end. */
export const MAX_DEPTH = 500;
/** Operators, joins or set operations in one chain (a chain becomes a tree as deep as it is long). */
export const MAX_CHAIN = 2000;

const MAX_EXPECTED_SHOWN = 10;

export class TokenStream {
  protected readonly source: string;
  protected readonly tokens: readonly Token[];
  protected position = 0;
  /** Offsets of the words that were read as names: their case has a meaning. */
  protected readonly nameOffsets = new Set<number>();
  /** Offsets of the words that were read as names of functions. */
  protected readonly functionOffsets = new Set<number>();
  private depth = 0;
  private expected: string[] = [];
  private expectedAt = -1;
  private nameExpectedAt = -1;
  private missedAtEnd: readonly string[] | null = null;
  private isOperandComplete = false;
  private bareAliasAt = -1;
  private closings: Int32Array | null = null;

  constructor(source: string) {
    this.source = source;
    this.tokens = lex(source).filter((token) => token.kind !== 'comment');
  }

  /* ---------- looking ---------- */

  protected peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)]!;
  }

  /** Is the token this word or operator? Leaves no trace in messages. */
  protected at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'word' || token.kind === 'operator');
  }

  protected atAny(texts: ReadonlySet<string>, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.kind === 'word' || token.kind === 'operator') && texts.has(token.text);
  }

  protected isName(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'quotedName' || (token.kind === 'word' && !isReserved(token.text));
  }

  /** Index of the `)` that closes the `(` at a token index, or -1. */
  protected closingOf(index: number): number {
    if (this.closings === null) {
      this.closings = new Int32Array(this.tokens.length).fill(-1);
      const open: number[] = [];
      this.tokens.forEach((token, i) => {
        if (token.kind !== 'operator') return;
        if (token.text === '(') open.push(i);
        else if (token.text === ';') open.length = 0;
        else if (token.text === ')') {
          const opening = open.pop();
          if (opening !== undefined) this.closings![opening] = i;
        }
      });
    }
    return this.closings[index]!;
  }

  /* ---------- taking ---------- */

  protected next(): Token {
    const token = this.peek();
    if (token.kind === 'bad') throw new SqlError(capitalized(token.text), this.firstLine(token));
    if (token.kind !== 'end') this.position++;
    return token;
  }

  /** Takes these words or operators if they all follow. */
  protected accept(...texts: string[]): boolean {
    for (let i = 0; i < texts.length; i++) {
      if (this.at(texts[i]!, i)) continue;
      this.miss(texts.join(' '));
      return false;
    }
    for (let i = 0; i < texts.length; i++) this.next();
    return true;
  }

  /** Takes a clause's words (`GROUP BY`): once the first stands there, the others must follow. */
  protected acceptClause(first: string, second: string): boolean {
    if (!this.at(first)) {
      this.miss(`${first} ${second}`);
      return false;
    }
    this.next();
    this.expect(second);
    return true;
  }

  protected expect(...texts: string[]): void {
    for (const text of texts) if (!this.accept(text)) this.unexpected();
  }

  protected name(what = 'a name'): Identifier {
    const token = this.peek();
    if (token.kind === 'word' && !isReserved(token.text)) {
      this.next();
      this.nameOffsets.add(token.start);
      return { name: this.source.slice(token.start, token.end), start: token.start, end: token.end };
    }
    if (token.kind === 'quotedName') {
      this.next();
      return { name: this.source.slice(token.start + 1, token.end - 1).replaceAll('``', '`'), start: token.start, end: token.end };
    }
    this.missName(what);
    return this.unexpected();
  }

  /** The word or quoted name that stands here is a function's. */
  protected markFunction(): void {
    this.functionOffsets.add(this.start);
  }

  /** Any word, reserved or not. */
  protected anyWord(what: string): Token {
    if (this.peek().kind === 'word') return this.next();
    this.miss(what);
    return this.unexpected();
  }

  protected oneOf<T extends string>(choices: readonly T[]): T {
    for (const choice of choices) if (this.accept(choice)) return choice;
    return this.unexpected();
  }

  protected string(what = 'a string in single quotes'): string {
    if (this.peek().kind !== 'string') {
      this.miss(what);
      this.unexpected();
    }
    const token = this.next();
    return this.source.slice(token.start + 1, token.end - 1).replaceAll("''", "'");
  }

  protected integer(what: string): number {
    const token = this.peek();
    const text = this.source.slice(token.start, token.end);
    if (token.kind !== 'number' || !/^\d{1,10}$/.test(text)) {
      this.miss(what);
      this.unexpected();
    }
    this.next();
    return Number(text);
  }

  protected list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  protected parenthesized<T>(inside: () => T): T {
    this.expect('(');
    const value = inside();
    this.expect(')');
    return value;
  }

  /** Takes the word as an alias written without AS. */
  protected bareAlias(): Identifier {
    this.bareAliasAt = this.peek().kind === 'word' ? this.position : -1;
    return this.name();
  }

  /* ---------- spans, depth ---------- */

  protected get start(): number {
    return this.peek().start;
  }

  /** From an offset to the end of the last token taken. */
  protected spanFrom(start: number): Span {
    const last = this.position > 0 ? this.tokens[this.position - 1]!.end : start;
    return { start, end: Math.max(start, last) };
  }

  protected nested<T>(inside: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new SqlError(`Nested more than ${MAX_DEPTH} levels deep; split it into views.`, this.peek());
    const value = inside();
    this.depth--;
    return value;
  }

  protected checkChain(length: number): void {
    if (length > MAX_CHAIN)
      throw new SqlError(`More than ${MAX_CHAIN} operators in one chain; use IN, or split it into views.`, this.peek());
  }

  /** What could stand at the end of the text, and whether an expression ends there (so that an operator could follow). */
  get atTextEnd(): { readonly expected: readonly string[]; readonly isOperandComplete: boolean } {
    this.keepMissedAtEnd();
    return { expected: this.missedAtEnd ?? [], isOperandComplete: this.isOperandComplete };
  }

  private keepMissedAtEnd(): void {
    if (this.peek().kind === 'end' && this.expectedAt === this.position) this.missedAtEnd ??= this.expected;
  }

  protected operandComplete(): void {
    if (this.peek().kind === 'end') this.isOperandComplete = true;
  }

  protected resetAfterError(): void {
    this.keepMissedAtEnd();
    this.depth = 0;
    this.expectedAt = -1;
  }

  /* ---------- errors ---------- */

  /** Remembers what could have stood here. Keywords are upper case; anything else is a description. */
  protected miss(what: string): void {
    if (this.expectedAt !== this.position) {
      this.expectedAt = this.position;
      this.expected = [];
    }
    if (!this.expected.includes(what)) this.expected.push(what);
  }

  protected missName(what: string): void {
    this.nameExpectedAt = this.position;
    this.miss(what);
  }

  protected unexpected(): never {
    this.keepMissedAtEnd();
    const token = this.peek();
    if (token.kind === 'bad') throw new SqlError(capitalized(token.text), this.firstLine(token));
    const expected = this.expectedAt === this.position ? this.expected : [];
    this.rejectMisspelled(token, expected);
    const written = this.source.slice(token.start, token.end);
    const isReservedWord = token.kind === 'word' && isReserved(token.text) && !STRUCTURAL.has(token.text);
    if (isReservedWord && this.nameExpectedAt === this.position) {
      throw new SqlError(`'${written}' is a reserved word; as a name it is written \`${written}\`.`, token, `\`${written}\``);
    }
    const found =
      token.kind === 'end'
        ? 'Unexpected end of the script'
        : `Unexpected ${token.kind === 'string' ? shortened(written) : `'${shortened(written)}'`}`;
    const before = this.position > 0 ? this.tokens[this.position - 1]! : null;
    const hasStrayComma = before?.text === ',' && before.kind === 'operator' && (STRUCTURAL.has(token.text) || token.text === ')');
    const hint = hasStrayComma ? ' A comma too many stands before it.' : '';
    throw new SqlError(`${found}${expected.length > 0 ? `; expected ${listed(expected)}` : ''}.${hint}`, this.spanOfUnexpected(token));
  }

  private rejectMisspelled(token: Token, expected: readonly string[]): void {
    const meant = token.kind === 'word' ? meantWord(token.text, keywordsOf(expected)) : null;
    if (meant !== null) this.misspelled(token, meant);
    if (this.bareAliasAt < 0 || this.bareAliasAt !== this.position - 1) return;
    const alias = this.tokens[this.bareAliasAt]!;
    const meantByAlias = meantWord(alias.text, keywordsOf(expected));
    if (meantByAlias !== null) this.misspelled(alias, meantByAlias);
  }

  private misspelled(token: Token, meant: string): never {
    const written = this.source.slice(token.start, token.end);
    throw new SqlError(`Unexpected '${written}'; did you mean ${meant}?`, { start: token.start, end: token.end }, meant);
  }

  private spanOfUnexpected(token: Token): Span {
    if (token.kind !== 'end' || this.position === 0) return { start: token.start, end: token.end };
    const last = this.tokens[this.position - 1]!.end;
    return { start: last, end: last };
  }

  private firstLine(token: Token): Span {
    const newLine = this.source.indexOf('\n', token.start);
    return { start: token.start, end: newLine < 0 ? token.end : Math.min(token.end, newLine) };
  }
}

function keywordsOf(expected: readonly string[]): string[] {
  return expected.filter((what) => /^[A-Z]/.test(what)).map((what) => what.split(' ')[0]!);
}

function listed(expected: readonly string[]): string {
  // A dot or a hint may follow nearly every name; named beside others they only hide these.
  const telling = expected.filter((what) => what !== '.' && what !== '/*+');
  const shown = (telling.length > 0 ? telling : expected)
    .slice(0, MAX_EXPECTED_SHOWN)
    .map((what) => (/^[A-Za-z]/.test(what) ? what : `'${what}'`));
  if (shown.length === 1) return shown[0]!;
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
