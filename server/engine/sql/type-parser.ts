/** Data types in all of Flink's spellings; names become canonical (INTEGER is INT, `TIMESTAMP WITH LOCAL TIME ZONE` is TIMESTAMP_LTZ). */
import type { Span, TypeNode } from './ast.ts';
import { meantWord } from './keywords.ts';
import { SqlError } from './problem.ts';
import { TokenStream } from './token-stream.ts';

const CANONICAL: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  FLOAT: 'FLOAT',
  REAL: 'FLOAT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL',
  DEC: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  CHAR: 'CHAR',
  CHARACTER: 'CHAR',
  VARCHAR: 'VARCHAR',
  STRING: 'STRING',
  BINARY: 'BINARY',
  VARBINARY: 'VARBINARY',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
  NULL: 'NULL',
};
/** How many numbers in parentheses a type may have. */
const MAX_PARAMETERS: Readonly<Record<string, number>> = {
  DECIMAL: 2,
  CHAR: 1,
  VARCHAR: 1,
  BINARY: 1,
  VARBINARY: 1,
  TIME: 1,
  TIMESTAMP: 1,
  TIMESTAMP_LTZ: 1,
};
const UNREADABLE = new Set(['RAW', 'STRUCTURED', 'VARIANT', 'DESCRIPTOR', 'BITMAP']);
const INTERVAL_UNITS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
type RowField = { readonly name: ReturnType<TokenStream['name']>; readonly type: TypeNode };

export class TypeParser extends TokenStream {
  protected type(): TypeNode {
    return this.nested(() => {
      const start = this.start;
      let type = this.withNullability(start, this.typeWithoutNullability());
      while (this.at('ARRAY') || this.at('MULTISET')) {
        const kind = this.next().text === 'ARRAY' ? 'array' : 'multiset';
        type = this.withNullability(start, { kind, element: type, isNotNull: false, ...this.spanFrom(start) });
      }
      return type;
    });
  }

  private withNullability(start: number, type: TypeNode): TypeNode {
    if (this.at('NOT') && this.at('NULL', 1)) {
      this.accept('NOT', 'NULL');
      return { ...type, isNotNull: true, ...this.spanFrom(start) };
    }
    if (this.at('NULL')) this.next();
    return { ...type, ...this.spanFrom(start) };
  }

  private typeWithoutNullability(): TypeNode {
    const start = this.start;
    const token = this.peek();
    if (token.kind !== 'word') {
      this.miss('a type');
      return this.unexpected();
    }
    if (token.text === 'ROW') return this.rowType();
    if (token.text === 'INTERVAL') return this.intervalType();
    if (token.text === 'ARRAY' || token.text === 'MULTISET') {
      this.next();
      const element = this.inAngles(() => this.type());
      return { kind: token.text === 'ARRAY' ? 'array' : 'multiset', element, isNotNull: false, ...this.spanFrom(start) };
    }
    if (token.text === 'MAP') {
      this.next();
      const [key, value] = this.inAngles(() => {
        const keyType = this.type();
        this.expect(',');
        return [keyType, this.type()] as const;
      });
      return { kind: 'map', key, value, isNotNull: false, ...this.spanFrom(start) };
    }
    if (UNREADABLE.has(token.text)) throw new SqlError(`The type ${token.text} is not supported.`, token);
    const canonical = Object.hasOwn(CANONICAL, token.text) ? CANONICAL[token.text]! : null;
    if (canonical === null) return this.unknownType(token);
    this.next();
    return this.simpleType(start, canonical);
  }

  private unknownType(token: Span & { readonly text: string }): never {
    const meant = meantWord(token.text, [...Object.keys(CANONICAL), 'ARRAY', 'MAP', 'ROW', 'MULTISET']);
    const written = this.source.slice(token.start, token.end);
    const hint =
      meant === null ? 'Flink has types such as STRING, INT, BIGINT, DOUBLE, DECIMAL(10, 2), TIMESTAMP(3).' : `Did you mean ${meant}?`;
    throw new SqlError(`Unknown type '${written}'. ${hint}`, { start: token.start, end: token.end }, meant);
  }

  private simpleType(start: number, canonical: string): TypeNode {
    let name = canonical;
    if (name === 'DOUBLE') this.accept('PRECISION');
    if (name === 'CHAR' && this.accept('VARYING')) name = 'VARCHAR';
    const allowed = MAX_PARAMETERS[name] ?? 0;
    const parameters: number[] = [];
    if (this.at('(')) {
      if (allowed === 0) throw new SqlError(`The type ${name} takes no length or precision.`, this.peek());
      const parametersStart = this.start;
      parameters.push(...this.parenthesized(() => this.list(() => this.integer('a number'))));
      if (parameters.length > allowed)
        throw new SqlError(`The type ${name} takes at most ${allowed} in parentheses.`, this.spanFrom(parametersStart));
    }
    if (name === 'TIMESTAMP' && this.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) name = 'TIMESTAMP_LTZ';
    else if (name === 'TIMESTAMP' || name === 'TIME') {
      this.accept('WITHOUT', 'TIME', 'ZONE');
      if (this.at('WITH') && this.at('TIME', 1)) {
        throw new SqlError(`${name} WITH TIME ZONE is not supported; use TIMESTAMP(3) WITH LOCAL TIME ZONE.`, this.spanFrom(start));
      }
    }
    return { kind: 'simple', name, parameters, isNotNull: false, ...this.spanFrom(start) };
  }

  private rowType(): TypeNode {
    const start = this.start;
    this.next();
    const field = (): RowField => {
      const name = this.name('a field name');
      const type = this.type();
      if (this.peek().kind === 'string') this.string();
      return { name, type };
    };
    let fields: RowField[] = [];
    if (this.accept('<>')) fields = [];
    else if (this.at('(')) fields = this.parenthesized(() => (this.at(')') ? [] : this.list(field)));
    else fields = this.inAngles(() => (this.at('>') ? [] : this.list(field)));
    return { kind: 'row', fields, isNotNull: false, ...this.spanFrom(start) };
  }

  private intervalType(): TypeNode {
    const start = this.start;
    this.next();
    const parameters: number[] = [];
    const unit = () => {
      const name = this.oneOf(INTERVAL_UNITS);
      if (this.at('(')) parameters.push(...this.parenthesized(() => this.list(() => this.integer('a number'))));
      return name;
    };
    const from = unit();
    const name = this.accept('TO') ? `INTERVAL ${from} TO ${unit()}` : `INTERVAL ${from}`;
    return { kind: 'simple', name, parameters, isNotNull: false, ...this.spanFrom(start) };
  }

  private inAngles<T>(inside: () => T): T {
    this.expect('<');
    const value = inside();
    this.expect('>');
    return value;
  }
}
