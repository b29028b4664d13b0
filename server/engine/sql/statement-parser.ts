/** Statements, and the script that holds them: after an error the reading goes on behind the next `;`, so that one pass tells all. */
import type {
  CreateDatabase,
  DropStatement,
  ExplainStatement,
  Expr,
  Identifier,
  Insert,
  SetOption,
  Span,
  Statement,
  StatementSet,
  UseDatabase,
} from './ast.ts';
import { DefinitionParser } from './definition-parser.ts';
import { SqlError } from './problem.ts';

const MAX_ERRORS = 100;
const EXPLAIN_DETAILS = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'] as const;
/** First words of statements of Flink that are named but not read further. */
const UNSUPPORTED = [
  ...[
    'ADD',
    'ALTER',
    'ANALYZE',
    'CALL',
    'COMPILE',
    'DELETE',
    'DESC',
    'DESCRIBE',
    'EXECUTE',
    'LOAD',
    'MERGE',
    'REMOVE',
    'RESTORE',
    'SHOW',
    'STOP',
  ],
  ...['TRUNCATE', 'UNLOAD', 'UPDATE', 'UPSERT', 'QUIT', 'EXIT', 'CLEAR', 'HELP', 'SOURCE'],
] as const;
const SECOND_WORD_TELLS = new Set<string>([
  'ADD',
  'ALTER',
  'ANALYZE',
  'COMPILE',
  'EXECUTE',
  'LOAD',
  'REMOVE',
  'SHOW',
  'STOP',
  'TRUNCATE',
  'UNLOAD',
]);

export class StatementParser extends DefinitionParser {
  private readonly errors: SqlError[] = [];

  script(): { readonly statements: readonly Statement[]; readonly errors: readonly SqlError[] } {
    const statements: Statement[] = [];
    while (!this.atEnd() && this.errors.length < MAX_ERRORS) {
      if (this.at(';')) {
        this.next();
        continue;
      }
      this.recovering(() => {
        const statement = this.statement();
        this.endOfStatement();
        statements.push(statement);
      });
    }
    return { statements, errors: this.errors };
  }

  /** What the words at these offsets were read as; known after `script()`. */
  get words(): { readonly names: ReadonlySet<number>; readonly functions: ReadonlySet<number> } {
    return { names: this.nameOffsets, functions: this.functionOffsets };
  }

  /** One expression and nothing behind it. */
  onlyExpression(): Expr {
    const expression = this.expression();
    if (!this.atEnd()) {
      this.miss('the end of the expression');
      this.unexpected();
    }
    return expression;
  }

  private atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  private recovering(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.errors.push(error);
      this.skipStatement();
    }
  }

  private skipStatement(): void {
    while (!this.atEnd() && !this.at(';')) this.position++;
    this.resetAfterError();
  }

  private endOfStatement(): void {
    if (this.atEnd()) return;
    this.expect(';');
  }

  /* ---------- dispatch ---------- */

  private statement(): Statement {
    const start = this.start;
    for (const word of ['SELECT', 'INSERT', 'WITH']) this.miss(word);
    if (this.accept('CREATE')) return this.create(start);
    if (this.at('INSERT')) return this.insert();
    if (this.isQueryStart()) return { kind: 'query', query: this.query(), ...this.spanFrom(start) };
    if (this.accept('EXECUTE', 'STATEMENT', 'SET')) return this.statementSet(start, 'BEGIN');
    if (this.accept('BEGIN', 'STATEMENT', 'SET')) return this.statementSet(start, ';');
    if (this.at('EXECUTE') && (this.at('INSERT', 1) || this.at('SELECT', 1) || this.at('WITH', 1))) {
      this.next();
      return { ...this.statement(), start };
    }
    if (this.accept('SET')) return this.set(start);
    if (this.accept('RESET'))
      return {
        kind: 'reset',
        key: this.atEnd() || this.at(';') ? null : this.string("a key such as 'pipeline.name'"),
        ...this.spanFrom(start),
      };
    if (this.accept('EXPLAIN')) return this.explain(start);
    if (this.accept('DROP')) return this.drop(start);
    if (this.accept('USE')) return this.use(start);
    for (const word of UNSUPPORTED) {
      if (!this.at(word)) continue;
      this.next();
      return this.unsupported(start, SECOND_WORD_TELLS.has(word) && this.peek().kind === 'word' ? `${word} ${this.peek().text}` : word);
    }
    return this.unexpected();
  }

  private isQueryStart(): boolean {
    return this.at('SELECT') || this.at('WITH') || this.at('VALUES') || this.at('(') || (this.at('TABLE') && this.isName(1));
  }

  private unsupported(start: number, what: string): Statement {
    while (!this.atEnd() && !this.at(';')) this.next();
    return { kind: 'unsupported', what, ...this.spanFrom(start) };
  }

  private create(start: number): Statement {
    const isReplace = this.accept('OR', 'REPLACE');
    const isTemporary = this.accept('TEMPORARY');
    const flags = { start, isReplace, isTemporary };
    if (this.accept('TABLE')) return this.createTable(flags);
    if (this.accept('VIEW')) return this.createView(flags);
    if (this.accept('DATABASE')) return this.createDatabase(start);
    for (const word of ['SYSTEM', 'FUNCTION', 'CATALOG', 'MODEL', 'MATERIALIZED', 'CONNECTION']) {
      if (this.at(word))
        return this.unsupported(start, `CREATE ${word === 'SYSTEM' ? 'FUNCTION' : word === 'MATERIALIZED' ? 'MATERIALIZED TABLE' : word}`);
    }
    return this.unexpected();
  }

  private createDatabase(start: number): CreateDatabase {
    const ifNotExists = this.ifNotExists();
    const name = this.tableName('a name for the database');
    if (this.accept('COMMENT')) this.string();
    if (this.accept('WITH')) this.optionList();
    return { kind: 'createDatabase', ifNotExists, name, ...this.spanFrom(start) };
  }

  private use(start: number): UseDatabase | Statement {
    if (this.isName() && (this.at(';', 1) || this.at('.', 1) || this.peek(1).kind === 'end')) {
      return { kind: 'use', name: this.tableName('a database'), ...this.spanFrom(start) };
    }
    for (const word of ['CATALOG', 'MODULES']) if (this.accept(word)) return this.unsupported(start, `USE ${word}`);
    this.missName('a database');
    return this.unexpected();
  }

  private drop(start: number): DropStatement | Statement {
    const isTemporary = this.accept('TEMPORARY');
    for (const object of ['TABLE', 'VIEW'] as const) {
      if (!this.accept(object)) continue;
      const ifExists = this.accept('IF', 'EXISTS');
      return { kind: 'drop', object, ifExists, name: this.tableName(), ...this.spanFrom(start) };
    }
    for (const word of ['DATABASE', 'CATALOG', 'FUNCTION', 'MODEL', 'MATERIALIZED', 'SYSTEM', 'CONNECTION']) {
      if (this.at(word)) return this.unsupported(start, `DROP ${word}`);
    }
    if (isTemporary) this.miss('TABLE');
    return this.unexpected();
  }

  /* ---------- INSERT and statement sets ---------- */

  private insert(): Insert {
    const start = this.start;
    this.expect('INSERT');
    const isOverwrite = this.accept('OVERWRITE');
    if (isOverwrite) this.accept('INTO');
    else this.expect('INTO');
    const table = this.tableName();
    const hints = this.hints();
    const partition = this.accept('PARTITION') ? this.parenthesized(() => this.list(() => this.partitionColumn())) : [];
    let columns: Identifier[] | null = null;
    if (this.at('(') && !this.isQueryAhead(1)) columns = this.columnNames();
    const query = this.query();
    return { kind: 'insert', isOverwrite, table, hints, partition, columns, query, ...this.spanFrom(start) };
  }

  private partitionColumn(): { column: Identifier; value: Expr | null } {
    const column = this.name('a column name');
    return { column, value: this.accept('=') ? this.expression() : null };
  }

  /** After its first words; an error in one of the inserts does not hide those of the others. */
  private statementSet(start: number, opening: string): StatementSet {
    const openingSpan = this.spanFrom(start);
    this.expect(opening);
    const inserts: Insert[] = [];
    while (!this.at('END') && this.errors.length < MAX_ERRORS) {
      this.miss('INSERT');
      if (inserts.length > 0) this.miss('END');
      if (this.atEnd()) throw new SqlError('The statement set that begins here has no END;.', openingSpan);
      this.recovering(() => {
        inserts.push(this.insert());
        if (!this.at('END')) this.endOfStatement();
      });
      while (this.at(';')) this.next();
    }
    if (this.at('END')) this.next();
    return { kind: 'statementSet', inserts, ...this.spanFrom(start) };
  }

  private explain(start: number): ExplainStatement {
    if (this.accept('PLAN')) this.expect('FOR');
    else {
      const details = new Set<string>(EXPLAIN_DETAILS);
      if (this.atAny(details)) this.list(() => this.oneOf(EXPLAIN_DETAILS));
    }
    const inner = this.start;
    if (this.at('INSERT')) return { kind: 'explain', statement: this.insert(), ...this.spanFrom(start) };
    if (this.accept('STATEMENT', 'SET')) return { kind: 'explain', statement: this.statementSet(inner, 'BEGIN'), ...this.spanFrom(start) };
    return { kind: 'explain', statement: { kind: 'query', query: this.query(), ...this.spanFrom(inner) }, ...this.spanFrom(start) };
  }

  /* ---------- SET ---------- */

  /** `SET 'k' = 'v'`, or bare text on both sides as the SQL client reads it. */
  private set(start: number): SetOption | Statement {
    if (this.atEnd() || this.at(';')) return this.unsupported(start, 'SET without a key');
    const key = this.setPart(['=', ';'], 'an option');
    this.expect('=');
    const value = this.setPart([';'], 'a value');
    return { kind: 'set', key: key.text, value: value.text, keySpan: key.span, valueSpan: value.span, ...this.spanFrom(start) };
  }

  private setPart(ends: readonly string[], what: string): { text: string; span: Span } {
    const start = this.start;
    const endsHere = (ahead: number) => this.peek(ahead).kind === 'end' || ends.some((end) => this.at(end, ahead));
    if (endsHere(0)) {
      this.miss(what);
      this.unexpected();
    }
    if (this.peek().kind === 'string' && endsHere(1)) return { text: this.string(), span: this.spanFrom(start) };
    if (this.peek().kind === 'string' || this.peek().kind === 'bad') {
      if (this.peek().kind === 'string') this.next();
      for (const end of ends) this.miss(end);
      this.unexpected();
    }
    while (!endsHere(0)) this.next();
    const span = this.spanFrom(start);
    return { text: this.source.slice(span.start, span.end), span };
  }
}
