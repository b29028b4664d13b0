/**
 * The planner's way in: a whole script to one physical plan. Statements change the catalog and the settings in order; all INSERTs and
 * statement sets become one job. A statement with an error does not stop the others from being checked; names that a broken CREATE would
 * have made are not told as unknown again.
 */
import type { CreateTable, CreateView, Insert, Query, Span, Statement } from '../sql/ast.ts';
import { parseScript } from '../sql/parse-script.ts';
import { SqlError } from '../sql/problem.ts';
import type { QueryContext } from './bind-context.ts';
import { type BoundInsert, bindInsert } from './bind-insert.ts';
import { bindQuery } from './bind-query.ts';
import { BrokenName, Catalog } from './catalog.ts';
import { collectInto } from './collect-sink.ts';
import type { PlanOutcome, PlanRequest } from './contract.ts';
import { checkSetting, keyGroupCount } from './job-options.ts';
import { renameTo } from './logical-plan.ts';
import { PLAN_VERSION } from './physical-plan.ts';
import { planJob } from './plan-job.ts';
import { PlannerSession } from './session.ts';
import { defineTable, tableOfQuery } from './table-definition.ts';

export function planScript(request: PlanRequest): PlanOutcome {
  const parsed = parseScript(request.sql);
  if (parsed.problems.length > 0) return { kind: 'refused', problems: parsed.problems };
  const session = new PlannerSession(request);
  const script = new ScriptPlanner(session, request);
  guard(session, () => script.checkGivenSettings());
  for (const statement of parsed.statements) guard(session, () => script.statement(statement));
  if (script.inserts.length === 0 && session.problems.length === 0) {
    const end = request.sql.length;
    const { onlyQuery } = request;
    const message =
      onlyQuery === undefined || script.queries === 0
        ? 'There is nothing to run: the script has no INSERT INTO.'
        : `There is no query number ${onlyQuery + 1}: the script has ${script.queries}.`;
    session.report(new SqlError(message, { start: Math.max(0, end - 1), end }));
  }
  const nodes = session.problems.length > 0 ? null : guard(session, () => planJob(script.inserts, session));
  if (nodes === null) return { kind: 'refused', problems: [...session.problems].sort((a, b) => a.span.start - b.span.start) };
  const settings = session.effectiveSettings();
  return {
    kind: 'planned',
    plan: { version: PLAN_VERSION, nodes, keyGroups: keyGroupCount(settings), settings, warnings: session.warnings },
  };
}

/** Notes a refusal and goes on; null then. */
function guard<T>(session: PlannerSession, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SqlError) session.report(error);
    else if (!(error instanceof BrokenName)) throw error;
    return null;
  }
}

class ScriptPlanner {
  readonly inserts: BoundInsert[] = [];
  readonly #session: PlannerSession;
  readonly #request: PlanRequest;
  readonly #catalog = new Catalog();
  #selects = 0;
  #queries = 0;

  constructor(session: PlannerSession, request: PlanRequest) {
    this.#session = session;
    this.#request = request;
  }

  /** INSERTs and SELECTs met so far. */
  get queries(): number {
    return this.#queries;
  }

  checkGivenSettings(): void {
    for (const [key, value] of Object.entries(this.#request.settings))
      this.#checkSetting(key, value, { start: 0, end: 0 }, { start: 0, end: 0 });
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case 'set':
        if (this.#checkSetting(statement.key, statement.value, statement.keySpan, statement.valueSpan))
          this.#session.settings[statement.key] = statement.value;
        return;
      case 'reset':
        for (const key of statement.key === null ? Object.keys(this.#session.settings) : [statement.key])
          delete this.#session.settings[key];
        return;
      case 'createTable':
        this.#defining(statement, () => this.#createTable(statement));
        return;
      case 'createView':
        this.#defining(statement, () => this.#createView(statement));
        return;
      case 'createDatabase':
        this.#catalog.createDatabase(statement.name, statement.ifNotExists);
        return;
      case 'use':
        this.#catalog.switchTo(statement.name);
        return;
      case 'drop':
        this.#catalog.drop(statement.name, statement.object, statement.ifExists);
        return;
      case 'insert':
        this.#insert(statement);
        return;
      case 'statementSet':
        for (const insert of statement.inserts) guard(this.#session, () => this.#insert(insert));
        return;
      case 'query':
        this.#select(statement.query);
        return;
      case 'explain':
        this.statement(statement.statement);
        return;
      case 'unsupported':
        throw new SqlError(`${statement.what} is not supported by the embedded engine.`, statement);
    }
  }

  #checkSetting(key: string, value: string, keySpan: Span, valueSpan: Span): boolean {
    const check = checkSetting(key, value);
    if (check.kind === 'ignored') this.#session.warn(check.message, keySpan);
    if (check.kind === 'unknown') throw new SqlError(check.message, keySpan, check.near === null ? null : `'${check.near}'`);
    if (check.kind === 'badValue') throw new SqlError(check.message, valueSpan);
    return true;
  }

  #defining(statement: CreateTable | CreateView, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!this.#catalog.find(statement.name)) this.#catalog.markBroken(statement.name);
      throw error;
    }
  }

  #createTable(statement: CreateTable): void {
    if (statement.ifNotExists && this.#catalog.find(statement.name)) return;
    if (statement.isReplace) this.#catalog.drop(statement.name, 'TABLE', true);
    const name = this.#catalog.keyOf(statement.name);
    if (statement.asQuery !== null) {
      const columns = bindQuery(statement.asQuery, this.#context()).schema;
      this.#catalog.add(defineTable(statement, name, tableOfQuery(statement, name, columns), this.#session.functions), statement.name);
      this.#insert({ ...insertInto(statement), query: statement.asQuery });
      return;
    }
    const base = statement.like === null ? null : this.#catalog.get(statement.like.table);
    if (base?.kind === 'view') throw new SqlError(`'${base.name}' is a view; LIKE takes a table.`, statement.name);
    this.#catalog.add(defineTable(statement, name, base, this.#session.functions), statement.name);
  }

  #createView(statement: CreateView): void {
    if (statement.ifNotExists && this.#catalog.find(statement.name)) return;
    const catalog = this.#catalog.copy();
    const bound = bindQuery(statement.query, this.#context());
    if (statement.columns) {
      renameTo(
        bound,
        statement.columns.map((c) => c.name),
        statement.name,
      );
    }
    this.#catalog.add(
      { kind: 'view', name: this.#catalog.keyOf(statement.name), statement, query: statement.query, columns: statement.columns, catalog },
      statement.name,
    );
  }

  #insert(statement: Insert): void {
    const { onlyQuery } = this.#request;
    const number = this.#queries++;
    if (onlyQuery !== undefined) {
      if (number === onlyQuery) this.#collectInsert(statement);
      return;
    }
    this.inserts.push(bindInsert(statement, this.#context(), this.#session.effectiveSettings()));
  }

  /** The rows of an INSERT, under the names of its sink's columns where these are plain to see. */
  #collectInsert(statement: Insert): void {
    const bound = bindQuery(statement.query, this.#context());
    const sink = this.#catalog.find(statement.table);
    const declared =
      sink?.kind === 'table' ? sink.columns.filter((c) => c.kind === 'physical' || (c.kind === 'metadata' && !c.isVirtual)) : [];
    const names = (statement.columns ?? declared).map((column) => column.name);
    const named = names.length === bound.schema.length ? renameTo(bound, names, statement.table) : bound;
    this.inserts.push(collectInto(this.#catalog.keyOf(statement.table), named, statement.query, this.#request));
  }

  #select(query: Query): void {
    const { onlyQuery } = this.#request;
    const number = this.#queries++;
    if (onlyQuery !== undefined && number !== onlyQuery) return;
    if (this.#request.bareSelect === 'refuse')
      throw new SqlError('A job needs a sink: put INSERT INTO a table in front of the query.', query);
    this.#selects++;
    const name = this.#selects === 1 ? 'select' : `select_${this.#selects}`;
    this.inserts.push(collectInto(name, bindQuery(query, this.#context()), query, this.#request));
  }

  #context(): QueryContext {
    return { catalog: this.#catalog, ctes: new Map(), session: this.#session, viewName: null, outer: null, bindQuery };
  }
}

/** The INSERT of a CREATE TABLE … AS. */
function insertInto(statement: CreateTable): Omit<Insert, 'query'> {
  const { start, end, name } = statement;
  return { kind: 'insert', isOverwrite: false, table: name, hints: [], partition: [], columns: null, start, end };
}
