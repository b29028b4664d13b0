/**
 * Lays out the tokens of a script that parses. It only chooses white space and the case of keywords; every token and comment is written in
 * the order it was found.
 *
 * Layout follows from the tokens and from whether a comment stands behind a token on its line, never from other line breaks, so that
 * laying out twice changes nothing. A parenthesis is a block (a query, the columns of a table, its options: one element a line) or is
 * written in line. A clause whose text in one line would pass LINE_WIDTH, or that holds a query or a comment, is broken at its commas,
 * ANDs and ORs.
 */
import type { Token } from './lexer.ts';
import { type LayoutInput, TokenTexts, TYPE_CONSTRUCTORS } from './token-texts.ts';

const LINE_WIDTH = 100;
const INDENT = '  ';
const JOIN_WORDS = new Set(['NATURAL', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'OUTER', 'CROSS', 'JOIN']);
const CLAUSES = new Set([
  ...['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'VALUES', 'WITH'],
  ...['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', ...JOIN_WORDS],
]);

interface Block {
  readonly kind: 'query' | 'list' | 'inline';
  /** Of the lines inside; the closing parenthesis of a block stands at `outer`. */
  readonly indent: number;
  readonly outer: number;
  clause: string;
  isBroken: boolean;
  betweens: number;
  cases: number;
}

export class SqlLayout {
  private readonly input: LayoutInput;
  private readonly tokens: readonly Token[];
  private readonly texts: TokenTexts;
  private text = '';
  private lineIndent = 0;
  private pendingLine: number | null = null;
  private pendingBlank = false;
  private blocks: Block[] = [];
  private baseIndent = 0;
  private statement = '';
  private angles = 0;
  private hasColumns = false;

  constructor(input: LayoutInput) {
    this.input = input;
    this.tokens = input.tokens;
    this.texts = new TokenTexts(input);
  }

  /** The whole script, ending with a line break. */
  write(): string {
    this.blocks = [block('query', 0, 0)];
    for (let i = 0; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      if (token.kind === 'end') break;
      if (token.kind === 'comment') this.comment(i);
      else i = this.token(i);
    }
    return this.text === '' ? '' : `${this.text}\n`;
  }

  private get block(): Block {
    return this.blocks.at(-1)!;
  }

  /* ---------- one token ---------- */

  private token(index: number): number {
    const token = this.tokens[index]!;
    const statement = this.input.statements.get(token.start);
    if (statement !== undefined) this.beginStatement(statement);
    const verbatimEnd = this.input.verbatim.get(token.start);
    if (verbatimEnd !== undefined) {
      this.emit(this.input.source.slice(token.start, verbatimEnd), this.texts.needsSpace(index, this.angles > 0));
      let last = index;
      while (this.tokens[last + 1]!.kind !== 'end' && this.tokens[last + 1]!.start < verbatimEnd) last++;
      return last;
    }
    if (token.kind === 'operator') this.operator(index, token);
    else if (token.kind === 'word') this.word(index, token);
    else {
      if (token.kind === 'string' && this.texts.previous(index)?.kind === 'string') this.newLine(this.block.indent + 1);
      this.emit(this.texts.written(token), this.texts.needsSpace(index, this.angles > 0));
    }
    return index;
  }

  private beginStatement(kind: string): void {
    const isTight = this.statement === 'set' && kind === 'set';
    this.blocks = [block('query', this.baseIndent, this.baseIndent)];
    this.statement = kind;
    this.hasColumns = false;
    this.angles = 0;
    if (this.text === '' && this.pendingLine === null) return;
    this.pendingLine = this.baseIndent;
    if (!isTight && !this.text.endsWith('BEGIN') && !this.endsWithComment) this.pendingBlank = true;
  }

  private endsWithComment = false;

  private operator(index: number, token: Token): void {
    const here = this.block;
    switch (token.text) {
      case '(':
        this.open(index);
        return;
      case ')':
        this.close(index);
        return;
      case ',':
        this.emit(',', false);
        if (this.angles > 0) return;
        if (here.kind === 'list' || (here.kind === 'query' && here.clause === 'WITH')) this.newLine(here.indent);
        else if (here.kind === 'query' && here.isBroken && here.cases === 0) this.newLine(here.indent + 1);
        return;
      case ';':
        this.emit(';', false);
        this.endStatement();
        return;
      default:
        break;
    }
    const isTypeOpening =
      token.text === '<' &&
      TYPE_CONSTRUCTORS.has(this.texts.previous(index)?.text ?? '') &&
      !this.texts.isName(this.texts.previous(index)!);
    if (isTypeOpening) this.angles++;
    const isAngle =
      isTypeOpening || (token.text === '>' && this.angles > 0) || (token.text === '<>' && this.texts.previous(index)?.text === 'ROW');
    this.emit(this.texts.written(token), !isAngle && this.texts.needsSpace(index, this.angles > 0));
    if (token.text === '>' && this.angles > 0) this.angles--;
  }

  private endStatement(): void {
    if (this.statement === 'statementSet' && this.baseIndent === 0) this.baseIndent = 1;
    this.newLine(this.baseIndent);
  }

  private open(index: number): void {
    this.emit('(', this.texts.needsSpace(index, this.angles > 0));
    const kind = this.kindOfBlock(index);
    const indent = this.lineIndent + 1;
    this.blocks.push(block(kind, indent, this.lineIndent));
    if (kind === 'inline') return;
    if (this.texts.next(index)?.text !== ')') this.newLine(indent);
  }

  private kindOfBlock(index: number): Block['kind'] {
    const isTop = this.blocks.length === 1;
    if (this.statement === 'createTable' && isTop && this.block.clause !== 'AS') {
      if (this.texts.previous(index)?.text === 'WITH') return 'list';
      if (!this.hasColumns && this.texts.previous(index)?.text !== 'BY') {
        this.hasColumns = true;
        return 'list';
      }
    }
    let inner = index + 1;
    while (this.tokens[inner]?.text === '(' || this.tokens[inner]?.kind === 'comment') inner++;
    const first = this.tokens[inner];
    return first?.kind === 'word' && ['SELECT', 'WITH', 'VALUES'].includes(first.text) ? 'query' : 'inline';
  }

  private close(index: number): void {
    const closed = this.blocks.length > 1 ? this.blocks.pop()! : this.block;
    if (closed.kind !== 'inline' && this.texts.previous(index)?.text !== '(') this.newLine(closed.outer);
    this.emit(')', false);
  }

  /* ---------- words ---------- */

  private word(index: number, token: Token): void {
    const here = this.block;
    const isKeyword = !this.texts.isName(token) && !this.input.functions.has(token.start);
    if (isKeyword && here.kind === 'query') {
      if (this.beginsClause(index, token)) this.beginClause(index, token);
      else this.breakInClause(index, token);
    }
    if (isKeyword && token.text === 'BEGIN' && this.statement === 'statementSet' && this.texts.previous(index)?.text === 'SET') {
      this.newLine(0);
      this.emit('BEGIN', false);
      this.baseIndent = 1;
      this.newLine(1);
      return;
    }
    if (
      isKeyword &&
      token.text === 'END' &&
      this.baseIndent === 1 &&
      here.cases === 0 &&
      this.blocks.length === 1 &&
      this.isStatementEnd(index)
    ) {
      this.baseIndent = 0;
      this.statement = 'end';
      this.newLine(0);
    }
    if (here.kind === 'query' && isKeyword) this.count(token.text, here);
    this.emit(this.texts.written(token), this.texts.needsSpace(index, this.angles > 0));
    if (isKeyword && here.kind === 'query' && token.text === 'SELECT' && here.isBroken) this.afterSelect(index);
  }

  private isStatementEnd(index: number): boolean {
    const previous = this.texts.previous(index)?.text;
    const next = this.texts.next(index);
    return previous === ';' || next === null || next.text === ';';
  }

  private count(word: string, here: Block): void {
    if (word === 'BETWEEN') here.betweens++;
    else if (word === 'CASE') here.cases++;
    else if (word === 'END' && here.cases > 0) here.cases--;
    else if (word === 'AS' && here.clause === '') here.clause = 'AS';
  }

  private afterSelect(index: number): void {
    const next = this.texts.next(index)?.text;
    if (next !== 'DISTINCT' && next !== 'ALL' && next !== '/*+') this.newLine(this.block.indent + 1);
  }

  private beginsClause(index: number, token: Token): boolean {
    if (!CLAUSES.has(token.text)) return false;
    const previous = this.texts.previous(index)?.text ?? '';
    const next = this.texts.next(index)?.text ?? '';
    switch (token.text) {
      case 'FROM':
        return previous !== 'DISTINCT';
      case 'GROUP':
        return next === 'BY' && previous !== 'WITHIN';
      case 'ORDER':
        return next === 'BY';
      case 'WITH':
        return next !== 'ORDINALITY' && next !== '(';
      default:
        return !(JOIN_WORDS.has(token.text) && JOIN_WORDS.has(previous));
    }
  }

  private beginClause(index: number, token: Token): void {
    const here = this.block;
    const isStart = this.input.statements.has(token.start);
    const isAfterExplain = this.statement === 'explain' && here.clause === '';
    if (!isStart && !isAfterExplain) this.newLine(here.indent);
    here.clause = token.text;
    here.betweens = 0;
    here.cases = 0;
    here.isBroken = token.text !== 'WITH' && token.text !== 'FROM' && this.isLong(index);
  }

  private breakInClause(index: number, token: Token): void {
    const here = this.block;
    if (token.text === 'AND' && here.betweens > 0) {
      here.betweens--;
      return;
    }
    if ((token.text === 'AND' || token.text === 'OR') && here.isBroken && here.cases === 0) this.newLine(here.indent + 1);
    else if (this.texts.previous(index)?.text === 'SELECT' && here.isBroken && (token.text === 'DISTINCT' || token.text === 'ALL')) {
      this.pendingLine = null;
    }
  }

  /** Would the clause that begins at this token pass the line's width, or does it hold a query or a comment? */
  private isLong(from: number): boolean {
    let depth = 0;
    let width = this.block.indent * INDENT.length;
    for (let i = from; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      if (token.kind === 'end' || (depth === 0 && token.text === ';')) break;
      if (token.kind === 'comment') {
        if (this.texts.next(i) !== null && this.texts.next(i)!.text !== ';') return true;
        continue;
      }
      if (token.text === '(') depth++;
      else if (token.text === ')' && --depth < 0) break;
      if (i > from && token.kind === 'word' && !this.texts.isName(token) && !this.input.functions.has(token.start)) {
        if (depth === 0 && this.beginsClause(i, token)) break;
        if (depth > 0 && token.text === 'SELECT') return true;
      }
      width += token.end - token.start + 1;
      if (width > LINE_WIDTH) return true;
    }
    return false;
  }

  /* ---------- writing ---------- */

  private comment(index: number): void {
    const token = this.tokens[index]!;
    const text = this.input.source.slice(token.start, token.end).trimEnd();
    const before = this.tokens[index - 1];
    const isBehind = before !== undefined && !this.input.source.slice(before.end, token.start).includes('\n');
    const indent = this.pendingLine ?? (this.blocks.length === 1 && this.block.clause === '' ? this.baseIndent : this.block.indent);
    if (isBehind && this.text !== '') {
      this.text += ` ${text}`;
      if (text.startsWith('--') || text.includes('\n')) this.newLine(this.pendingLine ?? indent + 1);
    } else {
      const startsStatement = before === undefined || before.text === ';' || (this.endsWithComment && this.pendingBlank);
      if (startsStatement && this.text !== '') this.pendingBlank = true;
      if (this.text !== '') this.newLine(indent);
      this.emit(text, false);
      this.newLine(indent);
    }
    this.endsWithComment = true;
  }

  private newLine(indent: number): void {
    this.pendingLine = indent;
  }

  private emit(text: string, withSpace: boolean): void {
    if (this.pendingLine !== null && this.text !== '') {
      this.text += `${this.pendingBlank ? '\n' : ''}\n${INDENT.repeat(this.pendingLine)}`;
      this.lineIndent = this.pendingLine;
    } else if (withSpace && this.text !== '') this.text += ' ';
    this.pendingLine = null;
    this.pendingBlank = false;
    this.endsWithComment = false;
    this.text += text;
  }
}

function block(kind: Block['kind'], indent: number, outer: number): Block {
  return { kind, indent, outer, clause: '', isBroken: false, betweens: 0, cases: 0 };
}
