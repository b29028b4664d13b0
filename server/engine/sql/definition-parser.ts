/** CREATE TABLE and CREATE VIEW. */
import type {
  ColumnDefinition,
  CreateTable,
  CreateView,
  Identifier,
  PrimaryKeyDefinition,
  Query,
  TableName,
  WatermarkDefinition,
} from './ast.ts';
import { SqlError } from './problem.ts';
import { QueryParser } from './query-parser.ts';

interface TableElements {
  readonly columns: ColumnDefinition[];
  readonly watermarks: WatermarkDefinition[];
  primaryKey: PrimaryKeyDefinition | null;
}

export interface CreateFlags {
  readonly start: number;
  readonly isReplace: boolean;
  readonly isTemporary: boolean;
}

export abstract class DefinitionParser extends QueryParser {
  protected ifNotExists(): boolean {
    return this.accept('IF', 'NOT', 'EXISTS');
  }

  /** After CREATE [OR REPLACE] [TEMPORARY] TABLE. */
  protected createTable({ start, isReplace, isTemporary }: CreateFlags): CreateTable {
    const ifNotExists = this.ifNotExists();
    const name = this.tableName();
    const elements: TableElements = { columns: [], watermarks: [], primaryKey: null };
    if (this.at('(')) this.parenthesized(() => (this.at(')') ? [] : this.list(() => this.tableElement(elements))));
    else this.miss('(');
    const comment = this.accept('COMMENT') ? this.string() : null;
    if (this.at('DISTRIBUTED')) throw new SqlError('DISTRIBUTED is not supported by any connector here; leave it out.', this.peek());
    const partitionedBy = this.acceptClause('PARTITIONED', 'BY') ? this.columnNames() : [];
    const options = this.accept('WITH') ? this.optionList() : [];
    let like: CreateTable['like'] = null;
    let asQuery: Query | null = null;
    if (this.accept('LIKE')) like = this.likeClause();
    else if (this.accept('AS')) asQuery = this.query();
    const flags = { isReplace, isTemporary, ifNotExists };
    return { kind: 'createTable', ...flags, name, ...elements, partitionedBy, comment, options, like, asQuery, ...this.spanFrom(start) };
  }

  private likeClause(): { table: TableName; options: string[] } {
    const table = this.tableName();
    const options: string[] = [];
    if (this.accept('(')) {
      while (!this.at(')')) {
        const action = this.oneOf(['INCLUDING', 'EXCLUDING', 'OVERWRITING']);
        const what = this.oneOf(['ALL', 'CONSTRAINTS', 'DISTRIBUTION', 'GENERATED', 'METADATA', 'OPTIONS', 'PARTITIONS', 'WATERMARKS']);
        options.push(`${action} ${what}`);
      }
      this.expect(')');
    }
    return { table, options };
  }

  private tableElement(elements: TableElements): void {
    const start = this.start;
    if (this.at('WATERMARK')) {
      elements.watermarks.push(this.watermark());
      return;
    }
    if (this.at('CONSTRAINT') || (this.at('PRIMARY') && this.at('KEY', 1)) || this.at('UNIQUE')) {
      if (this.accept('CONSTRAINT')) this.name('a name for the constraint');
      if (this.at('UNIQUE')) throw new SqlError('UNIQUE constraints are not supported; use PRIMARY KEY … NOT ENFORCED.', this.peek());
      this.expect('PRIMARY', 'KEY');
      this.setPrimaryKey(elements, start, this.columnNames());
      return;
    }
    elements.columns.push(this.column(elements));
  }

  private setPrimaryKey(elements: TableElements, start: number, columns: readonly Identifier[]): void {
    const isEnforced = !this.accept('NOT', 'ENFORCED');
    if (isEnforced) this.accept('ENFORCED');
    if (elements.primaryKey !== null) throw new SqlError('A table has one PRIMARY KEY; name all its columns in one.', this.spanFrom(start));
    elements.primaryKey = { columns, isEnforced, ...this.spanFrom(start) };
  }

  private watermark(): WatermarkDefinition {
    const start = this.start;
    this.expect('WATERMARK', 'FOR');
    const column = [this.name('a column name')];
    while (this.accept('.')) column.push(this.name('a field name'));
    this.expect('AS');
    const expression = this.expression();
    return { column, expression, ...this.spanFrom(start) };
  }

  private column(elements: TableElements): ColumnDefinition {
    const start = this.start;
    const name = this.name('a column name');
    if (this.accept('AS')) {
      const expression = this.expression();
      return { kind: 'computed', name, expression, comment: this.comment(), ...this.spanFrom(start) };
    }
    const type = this.type();
    if (this.accept('METADATA')) {
      const from = this.accept('FROM') ? this.string() : null;
      const isVirtual = this.accept('VIRTUAL');
      return { kind: 'metadata', name, type, from, isVirtual, comment: this.comment(), ...this.spanFrom(start) };
    }
    if (this.accept('CONSTRAINT')) {
      this.name('a name for the constraint');
      this.expect('PRIMARY', 'KEY');
      this.setPrimaryKey(elements, start, [name]);
    } else if (this.accept('PRIMARY', 'KEY')) this.setPrimaryKey(elements, start, [name]);
    if (this.at('DEFAULT')) throw new SqlError('DEFAULT values of columns are not supported.', this.peek());
    return { kind: 'physical', name, type, comment: this.comment(), ...this.spanFrom(start) };
  }

  private comment(): string | null {
    return this.accept('COMMENT') ? this.string() : null;
  }

  /** After CREATE [OR REPLACE] [TEMPORARY] VIEW. */
  protected createView({ start, isReplace, isTemporary }: CreateFlags): CreateView {
    if (isReplace)
      throw new SqlError('CREATE OR REPLACE VIEW is not Flink SQL; write DROP VIEW IF EXISTS before CREATE VIEW.', this.spanFrom(start));
    const ifNotExists = this.ifNotExists();
    const name = this.tableName('a name for the view');
    const viewColumn = () => {
      const column = this.name('a column name');
      this.comment();
      return column;
    };
    const columns = this.at('(') ? this.parenthesized(() => this.list(viewColumn)) : null;
    const comment = this.comment();
    this.expect('AS');
    const query = this.query();
    return { kind: 'createView', isTemporary, ifNotExists, name, columns, comment, query, ...this.spanFrom(start) };
  }
}
