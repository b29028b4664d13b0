/**
 * Operators, by precedence climbing: an operator binds its right side with everything that binds tighter than itself. The levels are
 * Calcite's, with its surprises: `||` binds like `*`, IS … looser than `=`, and IN, LIKE, BETWEEN a little tighter than `=`.
 */
import type { Expr } from './ast.ts';
import { PrimaryParser } from './primary-parser.ts';
import { SqlError } from './problem.ts';

const OR = 22;
const AND = 24;
const NOT = 26;
const IS = 28;
const COMPARISON = 30;
const RANGE = 32;
const ADDITIVE = 40;
const MULTIPLICATIVE = 60;
const SIGN = 80;

const BINARY: Readonly<Record<string, number>> = {
  OR,
  AND,
  '=': COMPARISON,
  '<>': COMPARISON,
  '!=': COMPARISON,
  '<': COMPARISON,
  '<=': COMPARISON,
  '>': COMPARISON,
  '>=': COMPARISON,
  OVERLAPS: COMPARISON,
  '+': ADDITIVE,
  '-': ADDITIVE,
  '*': MULTIPLICATIVE,
  '/': MULTIPLICATIVE,
  '%': MULTIPLICATIVE,
  '||': MULTIPLICATIVE,
};
const QUANTIFIERS = new Set(['ANY', 'SOME', 'ALL']);
const UNSUPPORTED_OPERATORS = new Set(['ILIKE', 'RLIKE', 'MEMBER', 'CONTAINS', 'SUCCEEDS', 'PRECEDES', 'SUBMULTISET']);

export abstract class ExpressionParser extends PrimaryParser {
  protected expression(): Expr {
    return this.nested(() => this.operators(0));
  }

  protected arithmetic(): Expr {
    return this.nested(() => this.operators(RANGE));
  }

  /** All operators that bind tighter than `floor`. */
  private operators(floor: number): Expr {
    const start = this.start;
    let left = this.prefixed(floor);
    for (let length = 0; ; length++) {
      this.checkChain(length);
      const more = this.infix(left, start, floor);
      if (more === null) return left;
      left = more;
    }
  }

  private prefixed(floor: number): Expr {
    const start = this.start;
    if (this.at('NOT')) {
      if (floor >= NOT) {
        this.miss('an expression');
        this.unexpected();
      }
      this.next();
      const operand = this.nested(() => this.operators(NOT - 1));
      return { kind: 'unary', operator: 'NOT', operand, ...this.spanFrom(start) };
    }
    if (this.at('-') || this.at('+')) {
      const operator = this.next().text === '-' ? '-' : '+';
      const operand = this.nested(() => this.operators(SIGN - 1));
      return { kind: 'unary', operator, operand, ...this.spanFrom(start) };
    }
    return this.postfixed(this.primary(), start);
  }

  private postfixed(operand: Expr, start: number): Expr {
    let value = operand;
    for (let length = 0; ; length++) {
      this.checkChain(length);
      if (this.at('[')) {
        this.next();
        const index = this.expression();
        this.expect(']');
        value = { kind: 'element', operand: value, index, ...this.spanFrom(start) };
      } else if (this.at('.') && !this.at('*', 1)) {
        this.next();
        value = { kind: 'fieldAccess', operand: value, field: this.name('a field name'), ...this.spanFrom(start) };
      } else return value;
    }
  }

  private infix(left: Expr, start: number, floor: number): Expr | null {
    const token = this.peek();
    this.operandComplete();
    if (token.kind !== 'operator' && token.kind !== 'word') return null;
    const level = Object.hasOwn(BINARY, token.text) ? BINARY[token.text]! : null;
    if (level !== null) return level > floor ? this.binary(left, start, level) : null;
    if (token.text === 'IS') return IS > floor ? this.is(left, start) : null;
    const isNegated = token.text === 'NOT';
    const keyword = isNegated ? this.peek(1).text : token.text;
    if (UNSUPPORTED_OPERATORS.has(keyword)) throw new SqlError(`The operator ${keyword} is not supported.`, this.peek(isNegated ? 1 : 0));
    if (RANGE <= floor) return null;
    switch (keyword) {
      case 'BETWEEN':
        return this.between(left, start, isNegated);
      case 'IN':
        return this.in(left, start, isNegated);
      case 'LIKE':
      case 'SIMILAR':
        return this.like(left, start, isNegated);
      default:
        return null;
    }
  }

  private binary(left: Expr, start: number, level: number): Expr {
    const written = this.next();
    const operator = written.text === '!=' ? '<>' : written.text;
    if (level === COMPARISON && this.atAny(QUANTIFIERS) && this.at('(', 1)) {
      throw new SqlError(`${operator} ${this.peek().text} (…) is not supported; use IN or EXISTS.`, {
        start: written.start,
        end: this.peek().end,
      });
    }
    const right = this.operators(level);
    return { kind: 'binaryOperation', operator, left, right, ...this.spanFrom(start) };
  }

  private is(operand: Expr, start: number): Expr {
    this.next();
    const isNegated = this.accept('NOT');
    if (this.accept('DISTINCT')) {
      this.expect('FROM');
      const right = this.operators(COMPARISON);
      return { kind: 'isDistinctFrom', left: operand, right, isNegated, ...this.spanFrom(start) };
    }
    let test: string = this.oneOf(['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'JSON']);
    if (test === 'JSON') {
      for (const kind of ['VALUE', 'SCALAR', 'ARRAY', 'OBJECT']) if (test === 'JSON' && this.accept(kind)) test = `JSON ${kind}`;
    }
    return { kind: 'is', operand, test, isNegated, ...this.spanFrom(start) };
  }

  private between(operand: Expr, start: number, isNegated: boolean): Expr {
    if (isNegated) this.next();
    this.next();
    const isSymmetric = this.accept('SYMMETRIC');
    if (!isSymmetric) this.accept('ASYMMETRIC');
    const low = this.operators(RANGE);
    this.expect('AND');
    const high = this.operators(RANGE);
    return { kind: 'between', operand, low, high, isSymmetric, isNegated, ...this.spanFrom(start) };
  }

  private in(operand: Expr, start: number, isNegated: boolean): Expr {
    if (isNegated) this.next();
    this.next();
    if (this.at('(') && this.isQueryAhead(1)) {
      const query = this.parenthesized(() => this.query());
      return { kind: 'inQuery', operand, query, isNegated, ...this.spanFrom(start) };
    }
    const items = this.parenthesized(() => this.list(() => this.expression()));
    return { kind: 'inList', operand, items, isNegated, ...this.spanFrom(start) };
  }

  private like(operand: Expr, start: number, isNegated: boolean): Expr {
    if (isNegated) this.next();
    const operator = this.next().text === 'LIKE' ? 'LIKE' : 'SIMILAR TO';
    if (operator === 'SIMILAR TO') this.expect('TO');
    const pattern = this.operators(RANGE);
    const escapedBy = this.accept('ESCAPE') ? this.operators(RANGE) : null;
    return { kind: 'like', operator, operand, pattern, escape: escapedBy, isNegated, ...this.spanFrom(start) };
  }
}
