/** Queries: WITH, set operations (INTERSECT binds tighter than UNION and EXCEPT), SELECT, VALUES, ORDER BY, OFFSET, LIMIT, FETCH. */
import type { Expr, GroupItem, Identifier, OrderItem, Query, QueryBody, Select, SelectItem, WindowSpecNode } from './ast.ts';
import { SqlError } from './problem.ts';
import { TableParser } from './table-parser.ts';

const NOTHING_AFTER_SELECT = { windows: [], having: null, groupBy: [], where: null } as const;

export abstract class QueryParser extends TableParser {
  protected query(): Query {
    return this.nested(() => this.queryAtDepth());
  }

  private queryAtDepth(): Query {
    const start = this.start;
    const named = this.accept('WITH') ? this.withItems() : [];
    const body = this.setOperations();
    const orderBy: OrderItem[] = this.acceptClause('ORDER', 'BY') ? this.list(() => this.orderItem()) : [];
    const { offset, limit } = this.offsetAndLimit();
    return { kind: 'queryExpression', with: named, body, orderBy, offset, limit, ...this.spanFrom(start) };
  }

  private withItems(): Query['with'] {
    if (this.at('RECURSIVE')) throw new SqlError('WITH RECURSIVE is not supported.', this.peek());
    return this.list(() => {
      const name = this.name('a name for the query');
      const columns = this.at('(') ? this.columnNames() : null;
      this.expect('AS');
      return { name, columns, query: this.parenthesized(() => this.query()) };
    });
  }

  private offsetAndLimit(): { offset: Expr | null; limit: Expr | null } {
    let offset: Expr | null = null;
    let limit: Expr | null = null;
    for (;;) {
      const start = this.start;
      if (limit === null && this.accept('LIMIT')) {
        if (this.accept('ALL')) continue;
        limit = this.expression();
        if (this.accept(',')) {
          if (offset !== null) throw new SqlError('OFFSET is given twice; keep one.', this.spanFrom(start));
          offset = limit;
          limit = this.expression();
        }
      } else if (offset === null && this.accept('OFFSET')) {
        offset = this.expression();
        if (!this.accept('ROWS')) this.accept('ROW');
      } else if (limit === null && this.accept('FETCH')) limit = this.fetch();
      else return { offset, limit };
    }
  }

  private fetch(): Expr {
    this.oneOf(['FIRST', 'NEXT']);
    const start = this.start;
    const isOne = this.at('ROW') || this.at('ROWS');
    const limit: Expr = isOne ? { kind: 'number', text: '1', start, end: start } : this.arithmetic();
    this.oneOf(['ROWS', 'ROW']);
    this.expect('ONLY');
    return limit;
  }

  /* ---------- set operations ---------- */

  private setOperations(): QueryBody {
    return this.setOperationChain(['UNION', 'EXCEPT', 'MINUS'], () => this.setOperationChain(['INTERSECT'], () => this.queryTerm()));
  }

  private setOperationChain(operators: readonly ('UNION' | 'EXCEPT' | 'MINUS' | 'INTERSECT')[], operand: () => QueryBody): QueryBody {
    const start = this.start;
    let left = operand();
    for (let length = 0; ; length++) {
      this.checkChain(length);
      const written = operators.find((operator) => this.accept(operator));
      if (written === undefined) return left;
      const isAll = this.accept('ALL');
      if (!isAll) this.accept('DISTINCT');
      const operator = written === 'MINUS' ? 'EXCEPT' : written;
      left = { kind: 'setOperation', operator, isAll, left, right: operand(), ...this.spanFrom(start) };
    }
  }

  private queryTerm(): QueryBody {
    const start = this.start;
    if (this.at('SELECT')) return this.select();
    if (this.accept('VALUES')) {
      const rows = this.list(() => this.valuesRow());
      return { kind: 'values', rows, ...this.spanFrom(start) };
    }
    if (this.at('TABLE')) return this.explicitTable();
    if (this.accept('(')) {
      const query = this.query();
      this.expect(')');
      return { kind: 'parenthesized', query, ...this.spanFrom(start) };
    }
    this.miss('SELECT');
    return this.unexpected();
  }

  private valuesRow(): readonly Expr[] {
    const row = this.expression();
    return row.kind === 'row' ? row.items : [row];
  }

  /** `TABLE t` is `SELECT * FROM t`. */
  private explicitTable(): Select {
    const start = this.start;
    this.expect('TABLE');
    const name = this.tableName();
    const from = { kind: 'named', name, hints: this.hints(), asOf: null, alias: null, ...this.spanFrom(name.start) } as const;
    const star = { kind: 'star', qualifier: [], ...this.spanFrom(start) } as const;
    return { kind: 'select', hints: [], isDistinct: false, items: [star], from, ...NOTHING_AFTER_SELECT, ...this.spanFrom(start) };
  }

  /* ---------- SELECT ---------- */

  private select(): Select {
    const start = this.start;
    this.expect('SELECT');
    const hints = this.hints();
    if (this.at('STREAM')) throw new SqlError('SELECT STREAM is not Flink SQL; leave STREAM out.', this.peek(), '');
    const isDistinct = this.accept('DISTINCT');
    if (!isDistinct) this.accept('ALL');
    const items = this.list(() => this.selectItem());
    const from = this.accept('FROM') ? this.fromClause() : null;
    if (from === null) return { kind: 'select', hints, isDistinct, items, from, ...NOTHING_AFTER_SELECT, ...this.spanFrom(start) };
    const where = this.accept('WHERE') ? this.expression() : null;
    const groupBy = this.acceptClause('GROUP', 'BY') ? this.groupItems() : [];
    const having = this.accept('HAVING') ? this.expression() : null;
    const windows = this.accept('WINDOW') ? this.list(() => this.namedWindow()) : [];
    if (this.at('QUALIFY'))
      throw new SqlError('QUALIFY is not supported; put the window function in a subquery and use WHERE outside.', this.peek());
    return { kind: 'select', hints, isDistinct, items, from, where, groupBy, having, windows, ...this.spanFrom(start) };
  }

  private selectItem(): SelectItem {
    const start = this.start;
    const qualifier = this.starQualifier();
    if (qualifier !== null) return { kind: 'star', qualifier, ...this.spanFrom(start) };
    const expression = this.expression();
    let alias: Identifier | null = null;
    if (this.accept('AS')) alias = this.name('an alias');
    else if (this.isName()) alias = this.bareAlias();
    else this.missName('an alias');
    return { kind: 'expression', expression, alias, ...this.spanFrom(start) };
  }

  /** Takes `*` or `a.b.*`; null when something else stands here. */
  private starQualifier(): Identifier[] | null {
    let ahead = 0;
    while (this.isName(ahead) && this.at('.', ahead + 1)) ahead += 2;
    if (!this.at('*', ahead)) return null;
    const qualifier: Identifier[] = [];
    for (; ahead > 0; ahead -= 2) {
      qualifier.push(this.name());
      this.next();
    }
    this.next();
    return qualifier;
  }

  private namedWindow(): { name: Identifier; spec: WindowSpecNode } {
    const name = this.name('a name for the window');
    this.expect('AS');
    return { name, spec: this.windowInParentheses() };
  }

  /* ---------- GROUP BY ---------- */

  private groupItems(): GroupItem[] {
    if (this.at('DISTINCT')) throw new SqlError('GROUP BY DISTINCT is not supported.', this.peek());
    if (this.at('ALL')) this.next();
    return this.list(() => this.groupItem());
  }

  private groupItem(): GroupItem {
    return this.nested(() => {
      const start = this.start;
      if (this.at('GROUPING') && this.at('SETS', 1)) {
        this.expect('GROUPING', 'SETS');
        const items = this.parenthesized(() => this.list(() => this.groupItem()));
        return { kind: 'groupingSets', items, ...this.spanFrom(start) };
      }
      if (this.at('ROLLUP') || this.at('CUBE')) {
        const kind = this.next().text === 'ROLLUP' ? 'rollup' : 'cube';
        const items = this.parenthesized(() => this.list(() => this.groupItem()));
        return { kind, items, ...this.spanFrom(start) };
      }
      if (this.at('(') && this.at(')', 1)) {
        this.accept('(', ')');
        return { kind: 'set', expressions: [], ...this.spanFrom(start) };
      }
      const expression = this.expression();
      if (expression.kind === 'row' && !expression.isExplicit)
        return { kind: 'set', expressions: expression.items, ...this.spanFrom(start) };
      return { kind: 'expression', expression, ...this.spanFrom(start) };
    });
  }
}
