/** The tables, views and named queries that a script defines, as far as they can be read, and which of them a place in a query sees. */
import type { Query, QueryBody, SelectItem, TableName, TableRef } from './ast.ts';
import type { Token } from './lexer.ts';
import { parseScript } from './parse-script.ts';

export interface TableDefinition {
  /** As written in its definition, parts joined with dots. */
  readonly name: string;
  readonly kind: 'table' | 'view' | 'query';
  /** In order; unnamed columns of queries are left out. */
  readonly columns: readonly string[];
  /** The option `connector` of a table. */
  readonly connector: string | null;
}

export interface TableInScope {
  /** How the query calls it: the alias, or the table's last name. */
  readonly name: string;
  readonly columns: readonly string[];
}

const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'];

/** Definitions in the statements that can be read, in order. */
export function tableDefinitions(text: string): TableDefinition[] {
  const known: TableDefinition[] = [];
  for (const statement of parseScript(text).statements) {
    if (statement.kind === 'createTable') {
      const inherited = statement.like === null ? [] : (findTable(known, nameOf(statement.like.table))?.columns ?? []);
      const selected = statement.asQuery === null ? [] : queryColumns(statement.asQuery, known);
      const columns = [...inherited, ...statement.columns.map((column) => column.name.name), ...selected];
      const connector = statement.options.find((option) => option.key === 'connector')?.value ?? null;
      known.push({ name: nameOf(statement.name), kind: 'table', columns: [...new Set(columns)], connector });
    } else if (statement.kind === 'createView') {
      const columns = statement.columns?.map((column) => column.name) ?? queryColumns(statement.query, known);
      known.push({ name: nameOf(statement.name), kind: 'view', columns, connector: null });
    }
  }
  return known;
}

export function findTable(known: readonly TableDefinition[], name: string): TableDefinition | null {
  return known.findLast((table) => table.name === name) ?? null;
}

function nameOf(name: TableName): string {
  return name.parts.map((part) => part.name).join('.');
}

/* ---------- columns of queries ---------- */

/** The named columns that a query gives. */
function queryColumns(query: Query, outer: readonly TableDefinition[]): string[] {
  const known = [...outer];
  for (const item of query.with) {
    const columns = item.columns?.map((column) => column.name) ?? queryColumns(item.query, known);
    known.push({ name: item.name.name, kind: 'query', columns, connector: null });
  }
  return bodyColumns(query.body, known);
}

function bodyColumns(body: QueryBody, known: readonly TableDefinition[]): string[] {
  let first = body;
  while (first.kind === 'setOperation') first = first.left;
  if (first.kind === 'parenthesized') return queryColumns(first.query, known);
  if (first.kind === 'values') return first.rows[0]!.map((_, index) => `EXPR$${index}`);
  const tables = first.from === null ? [] : tablesOf(first.from, known);
  return first.items.flatMap((item) => itemColumns(item, tables));
}

function itemColumns(item: SelectItem, tables: readonly TableInScope[]): readonly string[] {
  if (item.kind === 'star') {
    const qualifier = item.qualifier.at(-1)?.name;
    return tables.filter((table) => qualifier === undefined || table.name === qualifier).flatMap((table) => table.columns);
  }
  if (item.alias !== null) return [item.alias.name];
  return item.expression.kind === 'column' ? [item.expression.path.at(-1)!.name] : [];
}

/** The tables of a FROM clause with their columns. */
export function tablesOf(table: TableRef, known: readonly TableDefinition[]): TableInScope[] {
  if (table.kind === 'join') return [...tablesOf(table.left, known), ...tablesOf(table.right, known)];
  const renamed = table.alias?.columns?.map((column) => column.name) ?? null;
  const alias = table.alias?.name.name ?? null;
  switch (table.kind) {
    case 'named': {
      const columns = findTable(known, nameOf(table.name))?.columns ?? [];
      return [{ name: alias ?? table.name.parts.at(-1)!.name, columns: renamed ?? columns }];
    }
    case 'derived':
      return [{ name: alias ?? '', columns: renamed ?? queryColumns(table.query, known) }];
    case 'tableFunction': {
      const argument = table.arguments.find((one) => one.kind === 'table');
      const input = argument === undefined ? [] : tablesOf(argument.table, known).flatMap((one) => one.columns);
      return [{ name: alias ?? '', columns: renamed ?? (argument === undefined ? [] : [...input, ...WINDOW_COLUMNS]) }];
    }
    default:
      return [{ name: alias ?? '', columns: renamed ?? [] }];
  }
}

/* ---------- scope of a place ---------- */

const FROM_ENDS = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'WINDOW',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
]);
const SET_OPERATORS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);

/** The queries named by WITH in a statement's tokens that can be read. */
export function namedQueries(text: string, tokens: readonly Token[], known: readonly TableDefinition[]): TableDefinition[] {
  const found = [...known];
  for (let i = 0; i + 3 < tokens.length; i++) {
    if (tokens[i + 1]!.text !== 'AS' || tokens[i + 2]!.text !== '(' || (tokens[i]!.kind !== 'word' && tokens[i]!.kind !== 'quotedName'))
      continue;
    const close = closing(tokens, i + 2);
    const [statement] = parseScript(text.slice(tokens[i + 3]!.start, close < 0 ? tokens[i + 3]!.start : tokens[close]!.start)).statements;
    if (statement?.kind !== 'query') continue;
    found.push({ name: unquoted(text, tokens[i]!), kind: 'query', columns: queryColumns(statement.query, found), connector: null });
  }
  return found.slice(known.length);
}

/**
 * The tables that the query around an offset reads. Looks at tokens only, since the query is usually half-written: the FROM clause of the
 * innermost query around the place that has one is cut out and read alone.
 */
export function tablesInScope(text: string, tokens: readonly Token[], offset: number, known: readonly TableDefinition[]): TableInScope[] {
  const place = tokens.findIndex((token) => token.end >= offset);
  let at = place < 0 ? tokens.length : place;
  while (at >= 0) {
    const from = fromClauseAround(tokens, at);
    if (from !== null) {
      const tables = readFromClause(text, tokens, from, offset, known);
      if (tables.length > 0) return tables;
    }
    at = enclosing(tokens, at - 1);
  }
  return [];
}

function readFromClause(
  text: string,
  tokens: readonly Token[],
  from: { first: number; end: number },
  offset: number,
  known: readonly TableDefinition[],
) {
  // A clause that is broken where it is being typed is read in shorter and shorter pieces.
  for (let end = from.end; end > from.first; end--) {
    const [statement] = parseScript(`SELECT * FROM ${text.slice(tokens[from.first]!.start, tokens[end - 1]!.end)}`).statements;
    if (statement?.kind === 'query' && statement.query.body.kind === 'select' && statement.query.body.from !== null) {
      return tablesOf(statement.query.body.from, known);
    }
    if (from.end - end > 40 || tokens[end - 1]!.end < offset - 200) break;
  }
  return [];
}

/** The tokens between FROM and the next clause in the query whose parenthesis level holds the token. */
function fromClauseAround(tokens: readonly Token[], at: number): { first: number; end: number } | null {
  const open = enclosing(tokens, at - 1);
  let begin = open + 1;
  for (let i = skipBack(tokens, at - 1); i > open; i = skipBack(tokens, i - 1)) {
    if (!SET_OPERATORS.has(tokens[i]!.text)) continue;
    begin = i + 1;
    break;
  }
  for (let i = begin; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === ')' || token.text === ';' || (SET_OPERATORS.has(token.text) && i >= at)) return null;
    if (token.text === '(') {
      const close = closing(tokens, i);
      if (close < 0 || (close >= at && i < at)) continue;
      i = close;
    } else if (token.kind === 'word' && token.text === 'FROM' && tokens[i - 1]?.text !== 'DISTINCT') {
      return { first: i + 1, end: endOfFrom(tokens, i + 1) };
    }
  }
  return null;
}

function endOfFrom(tokens: readonly Token[], first: number): number {
  for (let i = first; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'end' || token.text === ')' || token.text === ';' || FROM_ENDS.has(token.text)) return i;
    if (token.text === '(') {
      const close = closing(tokens, i);
      if (close < 0) return i;
      i = close;
    }
  }
  return tokens.length;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.text === '(') depth++;
    else if (tokens[i]!.text === ')' && --depth === 0) return i;
    else if (tokens[i]!.text === ';') return -1;
  }
  return -1;
}

/** Index of the `(` around the place after token `at`, or -1. */
export function enclosing(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let i = at; i >= 0; i--) {
    const text = tokens[i]!.text;
    if (text === ';') return -1;
    if (text === ')') depth++;
    else if (text === '(' && --depth < 0) return i;
  }
  return -1;
}

/** Over a whole parenthesis when one ends here. */
function skipBack(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let i = at; i >= 0; i--) {
    if (tokens[i]!.text === ')') depth++;
    else if (tokens[i]!.text === '(') depth--;
    if (depth === 0) return i;
  }
  return -1;
}

export function unquoted(text: string, token: Token): string {
  const written = text.slice(token.start, token.end);
  return token.kind === 'quotedName' ? written.slice(1, -1).replaceAll('``', '`') : written;
}
