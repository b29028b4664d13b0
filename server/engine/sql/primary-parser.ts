/** Expressions without operators around them: literals, names, calls, CASE, CAST, constructors, queries in parentheses. */
import type { Expr, Identifier, IntervalUnit } from './ast.ts';
import { CallParser } from './call-parser.ts';
import { BARE_CALLS, CALLABLE_RESERVED, isReserved } from './keywords.ts';
import type { Token } from './lexer.ts';
import { SqlError } from './problem.ts';

const UNITS_OF_INTERVALS: Readonly<Record<string, IntervalUnit>> = Object.fromEntries(
  (['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'] as const).flatMap((unit) => [
    [unit, unit],
    [`${unit}S`, unit],
  ]),
);
const QUERY_START = new Set(['SELECT', 'WITH', 'VALUES']);
/** What may follow `(query)` inside another pair of parentheses when the whole is still a query. */
const QUERY_CONTINUES = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', ')']);

export abstract class PrimaryParser extends CallParser {
  /**
   * Does a query begin at this place? After `(` this asks whether what is inside the parentheses is a query: `((SELECT 1) UNION …` is,
   * `((SELECT 1) + 1` is not.
   */
  protected isQueryAhead(ahead = 0): boolean {
    const first = this.position + ahead;
    let inner = first;
    while (this.isOpening(inner)) inner++;
    if (!this.startsQuery(inner)) return false;
    for (let open = inner - 1; open >= first; open--) {
      const close = this.closingOf(open);
      if (close < 0) return true;
      const follower = this.tokens[close + 1];
      if (follower !== undefined && follower.kind !== 'end' && !QUERY_CONTINUES.has(follower.text)) return false;
    }
    return true;
  }

  private isOpening(index: number): boolean {
    const token = this.tokens[index];
    return token !== undefined && token.kind === 'operator' && token.text === '(';
  }

  private startsQuery(index: number): boolean {
    const token = this.tokens[index];
    if (token === undefined || token.kind !== 'word') return false;
    if (QUERY_START.has(token.text)) return true;
    const next = this.tokens[index + 1];
    return token.text === 'TABLE' && (next?.kind === 'quotedName' || (next?.kind === 'word' && !isReserved(next.text)));
  }

  protected primary(): Expr {
    const token = this.peek();
    const start = token.start;
    switch (token.kind) {
      case 'number':
        this.next();
        return { kind: 'number', text: this.source.slice(start, token.end), ...this.spanFrom(start) };
      case 'string':
        return this.stringLiteral();
      case 'binary':
        return this.binaryLiteral(token);
      case 'quotedName':
        return this.nameOrCall();
      case 'word':
        return this.wordPrimary(token);
      case 'operator':
        if (token.text === '(') return this.inParentheses();
        break;
      default:
        break;
    }
    this.missName('an expression');
    return this.unexpected();
  }

  /** Strings on lines of their own, one after another, are one string. */
  private stringLiteral(): Expr {
    const start = this.start;
    let value = this.string();
    while (this.peek().kind === 'string') {
      const between = this.source.slice(this.tokens[this.position - 1]!.end, this.peek().start);
      if (!between.includes('\n')) this.unexpected();
      value += this.string();
    }
    return { kind: 'string', value, ...this.spanFrom(start) };
  }

  private binaryLiteral(token: Token): Expr {
    const hex = this.source.slice(token.start + 2, token.end - 1);
    if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new SqlError("A binary literal such as x'0AFF' has two hexadecimal digits a byte.", token);
    this.next();
    return { kind: 'binary', hex, ...this.spanFrom(token.start) };
  }

  private wordPrimary(token: Token): Expr {
    const start = token.start;
    switch (token.text) {
      case 'TRUE':
      case 'FALSE':
        this.next();
        return { kind: 'boolean', value: token.text === 'TRUE', ...this.spanFrom(start) };
      case 'NULL':
      case 'UNKNOWN':
        this.next();
        return { kind: 'null', ...this.spanFrom(start) };
      case 'CASE':
        return this.caseExpression();
      case 'CAST':
      case 'TRY_CAST':
        return this.cast(token.text === 'TRY_CAST');
      case 'EXISTS': {
        this.next();
        const query = this.parenthesized(() => this.query());
        return { kind: 'exists', query, ...this.spanFrom(start) };
      }
      case 'INTERVAL':
        return this.interval();
      case 'DATE':
      case 'TIME':
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ':
        if (this.peek(1).kind !== 'string') break;
        this.next();
        return { kind: 'timeLiteral', type: token.text, text: this.string(), ...this.spanFrom(start) };
      case 'ROW':
        return this.rowConstructor();
      case 'ARRAY':
        return this.arrayConstructor();
      case 'MAP':
        if (this.at('[', 1)) return this.mapConstructor();
        break;
      case 'MULTISET':
        if (this.at('[', 1)) throw new SqlError('MULTISET[…] is not supported; COLLECT makes a multiset.', token);
        break;
      default:
        break;
    }
    if (BARE_CALLS.has(token.text)) return this.bareOrEmptyCall(token);
    if (!isReserved(token.text) || (CALLABLE_RESERVED.has(token.text) && this.at('(', 1))) return this.nameOrCall();
    this.missName('an expression');
    return this.unexpected();
  }

  private bareOrEmptyCall(token: Token): Expr {
    this.markFunction();
    this.next();
    return this.at('(') ? this.call(token.text, token) : this.bareCall(token.text, { start: token.start, end: token.end });
  }

  /** A name, a dotted path of names, or a call when `(` follows. */
  private nameOrCall(): Expr {
    const token = this.peek();
    const isCall = this.at('(', 1);
    if (isCall) {
      this.markFunction();
      this.next();
      const written = this.source.slice(token.start, token.end);
      const name = token.kind === 'quotedName' ? written.slice(1, -1).toUpperCase() : token.text;
      return this.call(name, { start: token.start, end: token.end });
    }
    const path: Identifier[] = [this.name()];
    while (this.at('.') && !this.at('*', 1)) {
      this.next();
      path.push(this.name('a field name'));
    }
    if (this.at('(')) throw new SqlError('Functions have no catalog or database here; write the bare name.', this.spanFrom(token.start));
    return { kind: 'column', path, ...this.spanFrom(token.start) };
  }

  private inParentheses(): Expr {
    const start = this.start;
    if (this.isQueryAhead(1)) {
      const query = this.parenthesized(() => this.query());
      return { kind: 'scalarQuery', query, ...this.spanFrom(start) };
    }
    const items = this.parenthesized(() => this.list(() => this.expression()));
    if (items.length === 1) return items[0]!;
    return { kind: 'row', items, isExplicit: false, ...this.spanFrom(start) };
  }

  private caseExpression(): Expr {
    const start = this.start;
    this.expect('CASE');
    const operand = this.at('WHEN') ? null : this.expression();
    const branches: { when: Expr; then: Expr }[] = [];
    do {
      this.expect('WHEN');
      const when = this.expression();
      if (this.at(',')) throw new SqlError('A CASE branch has one value; write a WHEN for each.', this.peek());
      this.expect('THEN');
      // biome-ignore lint/suspicious/noThenProperty: the tree's word for a branch; it is never awaited
      branches.push({ when, then: this.expression() });
    } while (this.at('WHEN'));
    this.miss('WHEN');
    const otherwise = this.accept('ELSE') ? this.expression() : null;
    this.expect('END');
    return { kind: 'case', operand, branches, otherwise, ...this.spanFrom(start) };
  }

  private cast(isTry: boolean): Expr {
    const start = this.start;
    this.next();
    const [operand, type] = this.parenthesized(() => {
      const value = this.expression();
      this.expect('AS');
      return [value, this.type()] as const;
    });
    return { kind: 'cast', operand, type, isTry, ...this.spanFrom(start) };
  }

  private interval(): Expr {
    const start = this.start;
    this.next();
    let isNegative = false;
    if (this.accept('-')) isNegative = true;
    else this.accept('+');
    const text = this.string("the length as a string, such as '10'");
    const from = this.intervalUnit();
    const to = this.accept('TO') ? this.intervalUnit() : null;
    return { kind: 'interval', text, isNegative, from, to, ...this.spanFrom(start) };
  }

  private intervalUnit(): IntervalUnit {
    const token = this.peek();
    const unit = token.kind === 'word' && Object.hasOwn(UNITS_OF_INTERVALS, token.text) ? UNITS_OF_INTERVALS[token.text]! : null;
    if (unit === null) {
      this.miss('a time unit: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND');
      return this.unexpected();
    }
    this.next();
    if (this.at('(')) this.parenthesized(() => this.list(() => this.integer('a number of digits')));
    return unit;
  }

  private rowConstructor(): Expr {
    const start = this.start;
    this.next();
    const items = this.parenthesized(() => (this.at(')') ? [] : this.list(() => this.expression())));
    return { kind: 'row', items, isExplicit: true, ...this.spanFrom(start) };
  }

  private arrayConstructor(): Expr {
    const start = this.start;
    this.next();
    if (this.at('(')) throw new SqlError('An array is written ARRAY[1, 2]; ARRAY(query) is not supported.', this.peek());
    this.expect('[');
    const items = this.at(']') ? [] : this.list(() => this.expression());
    this.expect(']');
    return { kind: 'array', items, ...this.spanFrom(start) };
  }

  private mapConstructor(): Expr {
    const start = this.start;
    this.next();
    this.expect('[');
    const entries = this.at(']')
      ? []
      : this.list(() => {
          const key = this.expression();
          this.expect(',');
          return { key, value: this.expression() };
        });
    this.expect(']');
    return { kind: 'map', entries, ...this.spanFrom(start) };
  }
}
