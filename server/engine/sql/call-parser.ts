/**
 * Calls: ordinary ones, those with words between their arguments (EXTRACT, TRIM, JSON_VALUE, …), and what may follow a call (WITHIN GROUP,
 * FILTER, IGNORE NULLS, OVER).
 *
 * Arguments of special syntax, in this order: JSON_VALUE [text, path, DEFAULT on empty?, DEFAULT on error?]; JSON_OBJECT and JSON_OBJECTAGG
 * [key, value, …]; SUBSTRING and OVERLAY as their plain forms; POSITION(a IN b FROM n) [a, b, n]. `syntax` holds the words: unit, side, nulls,
 * onNull, onEmpty, onError, wrapper, and true for `json` where FORMAT JSON was written.
 */
import type { Expr, FrameBound, Identifier, OrderItem, Query, Span, TypeNode, WindowSpecNode } from './ast.ts';
import { SqlError } from './problem.ts';
import { TypeParser } from './type-parser.ts';

/** Units that EXTRACT, CEIL, FLOOR, TIMESTAMPADD and TIMESTAMPDIFF read; the plural is the same unit. */
const TIME_UNITS: Readonly<Record<string, string>> = Object.fromEntries([
  ...['MILLENNIUM', 'CENTURY', 'DECADE', 'EPOCH', 'DOW', 'DOY', 'ISODOW', 'ISOYEAR'].map((unit) => [unit, unit]),
  ...['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'].flatMap((unit) => [
    [unit, unit],
    [`${unit}S`, unit],
    [`SQL_TSI_${unit}`, unit],
  ]),
]);

interface CallParts {
  args: Expr[];
  isStar: boolean;
  isDistinct: boolean;
  syntax: Record<string, string | boolean | null>;
  returning: TypeNode | null;
}

type CallNode = Extract<Expr, { readonly kind: 'call' }>;

export abstract class CallParser extends TypeParser {
  protected abstract expression(): Expr;
  protected abstract query(): Query;
  /** An expression that ends before IN, BETWEEN and comparisons. */
  protected abstract arithmetic(): Expr;

  /** From the `(` after a function's name. */
  protected call(name: string, nameSpan: Span): Expr {
    const parts: CallParts = { args: [], isStar: false, isDistinct: false, syntax: {}, returning: null };
    this.parenthesized(() => this.callArguments(name, parts));
    return this.callSuffix(name, nameSpan, parts);
  }

  protected bareCall(name: string, nameSpan: Span): Expr {
    return this.callNode(name, nameSpan, { args: [], isStar: false, isDistinct: false, syntax: {}, returning: null });
  }

  private callNode(name: string, nameSpan: Span, parts: CallParts): CallNode {
    const tail = { filter: null, withinGroup: [], over: null };
    return { kind: 'call', name, nameSpan, ...parts, ...tail, ...this.spanFrom(nameSpan.start) };
  }

  private callSuffix(name: string, nameSpan: Span, parts: CallParts): Expr {
    let withinGroup: OrderItem[] = [];
    let filter: Expr | null = null;
    let over: WindowSpecNode | Identifier | null = null;
    if (this.at('WITHIN') && this.at('GROUP', 1)) {
      this.expect('WITHIN', 'GROUP');
      withinGroup = this.parenthesized(() => this.orderBy());
    }
    if (this.at('FILTER')) {
      this.next();
      filter = this.parenthesized(() => {
        this.expect('WHERE');
        return this.expression();
      });
    }
    this.nullTreatment(parts);
    if (this.at('OVER')) {
      this.next();
      if (this.at('(')) over = this.windowInParentheses();
      else {
        this.miss('(');
        over = this.name('the name of a window');
      }
    }
    return { ...this.callNode(name, nameSpan, parts), withinGroup, filter, over, ...this.spanFrom(nameSpan.start) };
  }

  private nullTreatment(parts: CallParts): void {
    if ((this.at('IGNORE') || this.at('RESPECT')) && this.at('NULLS', 1)) {
      parts.syntax.nulls = this.next().text;
      this.next();
    }
  }

  private callArguments(name: string, parts: CallParts): void {
    switch (name) {
      case 'EXTRACT':
        parts.syntax.unit = this.timeUnit();
        this.expect('FROM');
        parts.args.push(this.expression());
        return;
      case 'TRIM':
        this.trimArguments(parts);
        return;
      case 'POSITION':
        parts.args.push(this.arithmetic());
        this.expect('IN');
        parts.args.push(this.expression());
        if (this.accept('FROM')) parts.args.push(this.expression());
        return;
      case 'TIMESTAMPADD':
      case 'TIMESTAMPDIFF':
        parts.syntax.unit = this.timeUnit();
        this.expect(',');
        parts.args.push(...this.list(() => this.expression()));
        return;
      case 'JSON_OBJECT':
      case 'JSON_OBJECTAGG':
        this.jsonPairs(parts);
        return;
      case 'JSON_VALUE':
      case 'JSON_QUERY':
      case 'JSON_EXISTS':
        this.jsonPathArguments(name, parts);
        return;
      default:
        this.plainArguments(name, parts);
    }
  }

  private plainArguments(name: string, parts: CallParts): void {
    if (this.at(')')) return;
    if (this.at('*') && this.at(')', 1)) {
      this.next();
      parts.isStar = true;
      return;
    }
    if (this.at('DISTINCT')) {
      this.next();
      parts.isDistinct = true;
    } else if (this.at('ALL')) this.next();
    do {
      if (this.peek().kind === 'word' && this.at('=>', 1)) {
        throw new SqlError(`Named arguments are only for table functions; ${name} takes its arguments by position.`, this.peek());
      }
      parts.args.push(this.expression());
    } while (this.accept(','));
    if (name === 'OVERLAY' && this.accept('PLACING')) {
      parts.args.push(this.expression());
      this.fromFor(parts);
    } else if (name === 'SUBSTRING' && this.at('FROM')) this.fromFor(parts);
    else if ((name === 'CEIL' || name === 'CEILING' || name === 'FLOOR') && this.accept('TO')) parts.syntax.unit = this.timeUnit();
    else if (name === 'JSON_ARRAY' || name === 'JSON_ARRAYAGG') this.jsonOnNull(parts);
    this.nullTreatment(parts);
    if (this.at('ORDER') && this.at('BY', 1)) {
      throw new SqlError(`ORDER BY inside a call is not supported; use ${name}(…) WITHIN GROUP (ORDER BY …).`, this.peek());
    }
  }

  private fromFor(parts: CallParts): void {
    this.expect('FROM');
    parts.args.push(this.expression());
    if (this.accept('FOR')) parts.args.push(this.expression());
  }

  /** TRIM([side] [characters] FROM x), TRIM(x), TRIM(x, characters). */
  private trimArguments(parts: CallParts): void {
    let side: string | null = null;
    for (const word of ['BOTH', 'LEADING', 'TRAILING']) if (side === null && this.accept(word)) side = word;
    parts.syntax.side = side ?? 'BOTH';
    if (side !== null && this.accept('FROM')) {
      parts.args.push(this.expression());
      return;
    }
    const first = this.expression();
    if (this.accept('FROM')) parts.args.push(this.expression(), first);
    else if (side === null && this.accept(',')) parts.args.push(first, this.expression());
    else if (side !== null) this.unexpected();
    else parts.args.push(first);
  }

  /* ---------- JSON ---------- */

  private jsonOnNull(parts: CallParts): void {
    for (const word of ['NULL', 'ABSENT']) {
      if (this.at(word) && this.at('ON', 1)) {
        this.expect(word, 'ON', 'NULL');
        parts.syntax.onNull = word;
      }
    }
  }

  private jsonPairs(parts: CallParts): void {
    if (!this.at(')') && !(this.at('NULL') && this.at('ON', 1)) && !(this.at('ABSENT') && this.at('ON', 1))) {
      this.list(() => {
        const hasKeyWord = this.at('KEY') && !this.at('VALUE', 1) && !this.at(':', 1) && !this.at(',', 1);
        if (hasKeyWord) this.next();
        parts.args.push(this.expression());
        if (!this.accept('VALUE') && !this.accept(':') && !this.accept(',')) this.unexpected();
        parts.args.push(this.expression());
        if (this.at('FORMAT') && this.at('JSON', 1)) {
          this.expect('FORMAT', 'JSON');
          parts.syntax.json = true;
        }
      });
    }
    this.jsonOnNull(parts);
  }

  private jsonPathArguments(name: string, parts: CallParts): void {
    parts.args.push(this.expression());
    this.expect(',');
    parts.args.push(this.expression());
    if (name === 'JSON_EXISTS') {
      if (this.at(')')) return;
      parts.syntax.onError = this.oneOf(['TRUE', 'FALSE', 'UNKNOWN', 'ERROR']);
      this.expect('ON', 'ERROR');
      return;
    }
    if (this.accept('RETURNING')) parts.returning = this.type();
    if (name === 'JSON_QUERY') this.jsonWrapper(parts);
    const defaults: { onEmpty: Expr | null; onError: Expr | null } = { onEmpty: null, onError: null };
    while (!this.at(')')) this.jsonBehaviour(name, parts, defaults);
    if (defaults.onEmpty !== null) parts.args.push(defaults.onEmpty);
    if (defaults.onError !== null) parts.args.push(defaults.onError);
  }

  private jsonWrapper(parts: CallParts): void {
    if (this.accept('WITHOUT')) {
      this.accept('ARRAY');
      this.expect('WRAPPER');
      parts.syntax.wrapper = 'WITHOUT';
    } else if (this.accept('WITH')) {
      parts.syntax.wrapper = this.accept('CONDITIONAL') ? 'CONDITIONAL' : 'UNCONDITIONAL';
      if (parts.syntax.wrapper === 'UNCONDITIONAL') this.accept('UNCONDITIONAL');
      this.accept('ARRAY');
      this.expect('WRAPPER');
    }
  }

  private jsonBehaviour(name: string, parts: CallParts, defaults: { onEmpty: Expr | null; onError: Expr | null }): void {
    const start = this.start;
    let behaviour: string | null = null;
    let value: Expr | null = null;
    if (name === 'JSON_VALUE' && this.accept('DEFAULT')) {
      behaviour = 'DEFAULT';
      value = this.expression();
    } else if (name === 'JSON_QUERY' && this.accept('EMPTY'))
      behaviour = `EMPTY ${this.accept('OBJECT') ? 'OBJECT' : this.oneOf(['ARRAY'])}`;
    else behaviour = this.oneOf(['NULL', 'ERROR']);
    this.expect('ON');
    const event = this.oneOf(['EMPTY', 'ERROR']) === 'EMPTY' ? 'onEmpty' : 'onError';
    if (Object.hasOwn(parts.syntax, event)) {
      throw new SqlError(`${name} has two ${event === 'onEmpty' ? 'ON EMPTY' : 'ON ERROR'} clauses; keep one.`, this.spanFrom(start));
    }
    parts.syntax[event] = behaviour;
    defaults[event] = value;
  }

  /* ---------- units, windows, order ---------- */

  protected timeUnit(): string {
    const token = this.peek();
    const unit = token.kind === 'word' && Object.hasOwn(TIME_UNITS, token.text) ? TIME_UNITS[token.text]! : null;
    if (unit === null) {
      this.miss('a time unit such as DAY, HOUR, SECOND');
      return this.unexpected();
    }
    this.next();
    return unit;
  }

  protected windowInParentheses(): WindowSpecNode {
    const start = this.start;
    const spec = this.parenthesized(() => {
      const reference = this.isName() && !this.at('PARTITION') ? this.name() : null;
      const partitionBy = this.acceptClause('PARTITION', 'BY') ? this.list(() => this.expression()) : [];
      const orderBy = this.at('ORDER') ? this.orderBy() : [];
      if (orderBy.length === 0) this.miss('ORDER BY');
      return { reference, partitionBy, orderBy, frame: this.frame() };
    });
    return { ...spec, ...this.spanFrom(start) };
  }

  private frame(): WindowSpecNode['frame'] {
    let unit: 'ROWS' | 'RANGE' | null = null;
    if (this.accept('ROWS')) unit = 'ROWS';
    else if (this.accept('RANGE')) unit = 'RANGE';
    if (unit === null) return null;
    if (!this.accept('BETWEEN')) return { unit, from: this.frameBound(), to: null };
    const from = this.frameBound();
    this.expect('AND');
    return { unit, from, to: this.frameBound() };
  }

  private frameBound(): FrameBound {
    const start = this.start;
    if (this.accept('CURRENT', 'ROW')) return { kind: 'currentRow', ...this.spanFrom(start) };
    if (this.accept('UNBOUNDED', 'PRECEDING')) return { kind: 'unboundedPreceding', ...this.spanFrom(start) };
    if (this.accept('UNBOUNDED', 'FOLLOWING')) return { kind: 'unboundedFollowing', ...this.spanFrom(start) };
    const offset = this.arithmetic();
    const kind = this.oneOf(['PRECEDING', 'FOLLOWING']) === 'PRECEDING' ? 'preceding' : 'following';
    return { kind, offset, ...this.spanFrom(start) };
  }

  protected orderBy(): OrderItem[] {
    this.expect('ORDER', 'BY');
    return this.list(() => this.orderItem());
  }

  protected orderItem(): OrderItem {
    const start = this.start;
    const expression = this.expression();
    const isDescending = this.accept('DESC');
    if (!isDescending) this.accept('ASC');
    const nulls = this.accept('NULLS') ? this.oneOf(['FIRST', 'LAST']) : null;
    return { expression, isDescending, nulls, ...this.spanFrom(start) };
  }
}
