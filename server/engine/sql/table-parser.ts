/** What may stand after FROM: tables with hints and aliases, joins, queries in parentheses, table functions, UNNEST, MATCH_RECOGNIZE. */
import type {
  Expr,
  Hint,
  Identifier,
  JoinedTable,
  NamedTable,
  OptionEntry,
  OrderItem,
  Span,
  TableAlias,
  TableFunctionArgument,
  TableName,
  TableRef,
} from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';
import { SqlError } from './problem.ts';

const UNSUPPORTED_AFTER_TABLE = new Set(['TABLESAMPLE', 'PIVOT', 'UNPIVOT']);

export abstract class TableParser extends ExpressionParser {
  /** Text that was passed over, not read. */
  readonly verbatimSpans: Span[] = [];

  protected tableName(what = 'a table name'): TableName {
    const start = this.start;
    const parts = [this.name(what)];
    while (this.accept('.')) parts.push(this.name(what));
    return { parts, ...this.spanFrom(start) };
  }

  protected columnNames(): Identifier[] {
    return this.parenthesized(() => this.list(() => this.name('a column name')));
  }

  /** `'key' = 'value'` pairs in parentheses. */
  protected optionList(): OptionEntry[] {
    return this.parenthesized(() => (this.at(')') ? [] : this.list(() => this.option())));
  }

  private option(): OptionEntry {
    const keySpan = { start: this.start, end: this.peek().end };
    const key = this.string("an option such as 'connector'");
    this.expect('=');
    const valueSpan = { start: this.start, end: this.peek().end };
    const value = this.string('the value of the option in single quotes');
    return { key, value, keySpan, valueSpan, ...this.spanFrom(keySpan.start) };
  }

  /* ---------- hints ---------- */

  protected hints(): Hint[] {
    const hints: Hint[] = [];
    for (let opening = this.peek(); this.accept('/*+'); opening = this.peek()) {
      while (!this.at('*/')) {
        if (this.peek().kind === 'end') throw new SqlError('Unterminated hint: it begins here and has no closing */.', opening);
        hints.push(this.hint());
        this.accept(',');
      }
      this.expect('*/');
    }
    return hints;
  }

  private hint(): Hint {
    const start = this.start;
    const name = this.anyWord('a hint such as OPTIONS').text;
    const options: OptionEntry[] = [];
    const words: string[] = [];
    if (this.at('(')) {
      this.parenthesized(() => {
        if (this.at(')')) return;
        this.list(() => {
          if (this.peek().kind === 'string' && !this.at('=', 1)) words.push(this.string());
          else if (this.peek().kind === 'string') options.push(this.option());
          else words.push(this.hintWord(options));
        });
      });
    }
    const named = words.filter((word) => word !== '');
    return { name, options, arguments: named, ...this.spanFrom(start) };
  }

  /** A table name, a number, or the key of `key = value` (then '' and one more option). */
  private hintWord(options: OptionEntry[]): string {
    const start = this.start;
    if (this.peek().kind === 'number') return String(this.integer('a number'));
    const parts = [this.name('a table name or an option')];
    while (this.accept('.')) parts.push(this.name());
    const key = parts.map((part) => part.name).join('.');
    if (!this.at('=')) return key;
    const keySpan = this.spanFrom(start);
    this.next();
    const valueSpan = { start: this.start, end: this.peek().end };
    const value = this.peek().kind === 'string' ? this.string() : String(this.integer('a value'));
    options.push({ key, value, keySpan, valueSpan, ...this.spanFrom(start) });
    return '';
  }

  /* ---------- joins ---------- */

  /** After FROM. A comma is a cross join that binds looser than JOIN. */
  protected fromClause(): TableRef {
    const start = this.start;
    let left = this.joined();
    for (let length = 1; this.accept(','); length++) {
      this.checkChain(length);
      left = this.joinNode(start, left, { type: 'CROSS', isNatural: false, right: this.joined(), on: null, using: null });
    }
    return left;
  }

  private joinNode(start: number, left: TableRef, rest: Pick<JoinedTable, 'type' | 'isNatural' | 'right' | 'on' | 'using'>): JoinedTable {
    return { kind: 'join', left, ...rest, ...this.spanFrom(start) };
  }

  private joined(): TableRef {
    const start = this.start;
    let left = this.nested(() => this.tablePrimary());
    for (let length = 0; ; length++) {
      this.checkChain(length);
      const operator = this.joinOperator();
      if (operator === null) return left;
      const right = this.nested(() => this.tablePrimary());
      let on: Expr | null = null;
      let using: Identifier[] | null = null;
      if (operator.type !== 'CROSS' && !operator.isNatural) {
        if (this.accept('ON')) on = this.expression();
        else if (this.accept('USING')) using = this.columnNames();
        else if (!this.isLateral(right)) this.unexpected();
      }
      left = this.joinNode(start, left, { ...operator, right, on, using });
    }
  }

  private isLateral(table: TableRef): boolean {
    return (table.kind === 'derived' || table.kind === 'tableFunction') && table.isLateral;
  }

  private joinOperator(): Pick<JoinedTable, 'type' | 'isNatural'> | null {
    if (this.accept('CROSS', 'JOIN')) return { type: 'CROSS', isNatural: false };
    const isNatural = this.accept('NATURAL');
    for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
      if (!this.accept(type)) continue;
      this.accept('OUTER');
      this.expect('JOIN');
      return { type, isNatural };
    }
    if (this.accept('INNER')) this.expect('JOIN');
    else if (isNatural) this.expect('JOIN');
    else if (!this.accept('JOIN')) return null;
    return { type: 'INNER', isNatural };
  }

  /* ---------- one table ---------- */

  private tablePrimary(): TableRef {
    const start = this.start;
    if (this.accept('LATERAL')) return this.lateral(start);
    if (this.at('UNNEST')) return this.unnest(start);
    if (this.at('TABLE')) {
      this.next();
      this.expect('(');
      return this.functionInTable(start, false);
    }
    if (this.at('(')) return this.tableInParentheses(start);
    if (this.isName() && this.at('(', 1)) return this.tableFunction(start, false);
    return this.namedTable(start);
  }

  private lateral(start: number): TableRef {
    if (this.accept('TABLE')) {
      this.expect('(');
      return this.functionInTable(start, true);
    }
    if (this.at('(')) {
      const query = this.parenthesized(() => this.query());
      return { kind: 'derived', isLateral: true, query, alias: this.tableAlias(), ...this.spanFrom(start) };
    }
    return this.tableFunction(start, true);
  }

  private functionInTable(start: number, isLateral: boolean): TableRef {
    const call = this.functionCall();
    this.expect(')');
    return { kind: 'tableFunction', isLateral, ...call, alias: this.tableAlias(), ...this.spanFrom(start) };
  }

  private tableFunction(start: number, isLateral: boolean): TableRef {
    const call = this.functionCall();
    return { kind: 'tableFunction', isLateral, ...call, alias: this.tableAlias(), ...this.spanFrom(start) };
  }

  private functionCall(): { name: Identifier; arguments: TableFunctionArgument[] } {
    this.markFunction();
    const name = this.name('a table function');
    return { name, arguments: this.parenthesized(() => (this.at(')') ? [] : this.list(() => this.functionArgument()))) };
  }

  private unnest(start: number): TableRef {
    this.expect('UNNEST');
    const expression = this.parenthesized(() => {
      const value = this.expression();
      if (this.at(',')) throw new SqlError('UNNEST takes one array, multiset or map; join two UNNESTs for two.', this.peek());
      return value;
    });
    const withOrdinality = this.accept('WITH', 'ORDINALITY');
    return { kind: 'unnest', expression, withOrdinality, alias: this.tableAlias(), ...this.spanFrom(start) };
  }

  private tableInParentheses(start: number): TableRef {
    if (this.isQueryAhead(1)) {
      const query = this.parenthesized(() => this.query());
      const input: TableRef = { kind: 'derived', isLateral: false, query, alias: null, ...this.spanFrom(start) };
      if (this.at('MATCH_RECOGNIZE')) return this.matchRecognize(start, input);
      return { ...input, alias: this.tableAlias(), ...this.spanFrom(start) };
    }
    const inner = this.parenthesized(() => this.nested(() => this.fromClause()));
    return { ...inner, ...this.spanFrom(start) };
  }

  private namedTable(start: number): TableRef {
    const name = this.tableName();
    const hints = this.hints();
    let asOf: Expr | null = null;
    if (this.accept('FOR', 'SYSTEM_TIME')) {
      this.expect('AS', 'OF');
      asOf = this.expression();
    }
    const table: NamedTable = { kind: 'named', name, hints, asOf, alias: null, ...this.spanFrom(start) };
    if (this.at('MATCH_RECOGNIZE')) return this.matchRecognize(start, table);
    const alias = this.tableAlias();
    const late = hints.length === 0 ? this.hints() : hints;
    if (this.atAny(UNSUPPORTED_AFTER_TABLE)) throw new SqlError(`${this.peek().text} is not supported.`, this.peek());
    return { ...table, hints: late, alias, ...this.spanFrom(start) };
  }

  private matchRecognize(start: number, input: TableRef): TableRef {
    this.expect('MATCH_RECOGNIZE');
    const close = this.at('(') ? this.closingOf(this.position) : -1;
    this.expect('(');
    if (close < 0) throw new SqlError('The parenthesis after MATCH_RECOGNIZE is not closed.', this.tokens[this.position - 1]!);
    const inside = this.start;
    while (this.position < close) this.next();
    this.verbatimSpans.push(this.spanFrom(inside));
    this.expect(')');
    return { kind: 'matchRecognize', input, alias: this.tableAlias(), ...this.spanFrom(start) };
  }

  protected tableAlias(): TableAlias | null {
    let name: Identifier;
    if (this.accept('AS')) name = this.name('an alias');
    else if (this.isName() && !this.atAny(UNSUPPORTED_AFTER_TABLE)) name = this.bareAlias();
    else return null;
    return { name, columns: this.at('(') ? this.columnNames() : null };
  }

  /* ---------- arguments of table functions ---------- */

  private functionArgument(): TableFunctionArgument {
    const start = this.start;
    let name: Identifier | null = null;
    if (this.at('=>', 1) && (this.peek().kind === 'word' || this.peek().kind === 'quotedName')) {
      const token = this.next();
      this.nameOffsets.add(token.start);
      const written = this.source.slice(token.start, token.end);
      name = { name: token.kind === 'quotedName' ? written.slice(1, -1) : written, start: token.start, end: token.end };
      this.next();
    }
    if (this.at('DESCRIPTOR') && this.at('(', 1)) {
      this.next();
      return { kind: 'descriptor', name, columns: this.columnNames(), ...this.spanFrom(start) };
    }
    if (this.at('TABLE') || (this.at('(') && this.isQueryAhead(1))) return this.tableArgument(start, name);
    if (this.at('MODEL') && this.isName(1)) throw new SqlError('MODEL arguments are not supported.', this.peek());
    return { kind: 'expression', name, expression: this.expression(), ...this.spanFrom(start) };
  }

  private tableArgument(start: number, name: Identifier | null): TableFunctionArgument {
    this.accept('TABLE');
    const tableStart = this.start;
    let table: Extract<TableFunctionArgument, { readonly kind: 'table' }>['table'];
    if (this.at('(')) {
      const query = this.parenthesized(() => this.query());
      table = { kind: 'derived', isLateral: false, query, alias: null, ...this.spanFrom(tableStart) };
    } else {
      const tableName = this.tableName();
      const hints = this.hints();
      table = { kind: 'named', name: tableName, hints, asOf: null, alias: null, ...this.spanFrom(tableStart) };
    }
    let partitionBy: Expr[] = [];
    if (this.acceptClause('PARTITION', 'BY')) {
      partitionBy = this.at('(') ? this.parenthesized(() => this.list(() => this.expression())) : [this.expression()];
    }
    let orderBy: OrderItem[] = [];
    if (this.acceptClause('ORDER', 'BY'))
      orderBy = this.at('(') ? this.parenthesized(() => this.list(() => this.orderItem())) : [this.orderItem()];
    return { kind: 'table', name, table, partitionBy, orderBy, ...this.spanFrom(start) };
  }
}
