/**
 * What could stand at a place in a script, for an editor's completion. The text before the place is parsed; what the parser missed at its end
 * is what may come. The word that is being typed is not part of that text but the `prefix`.
 */
import type { Span } from './ast.ts';
import { lex, type Token } from './lexer.ts';
import {
  enclosing,
  findTable,
  namedQueries,
  type TableDefinition,
  type TableInScope,
  tableDefinitions,
  tablesInScope,
  unquoted,
} from './script-tables.ts';
import { StatementParser } from './statement-parser.ts';

export interface CompletionContext {
  /** The text from `replace.start` to the offset. Inside quotes without the quote. */
  readonly prefix: string;
  /** What a proposal takes the place of. */
  readonly replace: Span;
  /** Upper case; several words where only all of them fit (`GROUP BY`). */
  readonly keywords: readonly string[];
  readonly wantsTable: boolean;
  readonly wantsFunction: boolean;
  readonly wantsType: boolean;
  /** The tables whose columns fit, or null where no column does. After `t.` only `t`. */
  readonly columnsOf: readonly TableInScope[] | null;
  readonly option: OptionExpected | null;
  /** What the script defines, with the named queries of this statement. */
  readonly tables: readonly TableDefinition[];
}

/** An option of a connector, in WITH or in the hint OPTIONS. */
export interface OptionExpected {
  /** Value of the option `connector`, where it is known. */
  readonly connector: string | null;
  /** null: a key is expected; else the value of this key. */
  readonly key: string | null;
  /** Keys that stand there already. */
  readonly present: readonly string[];
  /** Is the place inside the quotes? */
  readonly isQuoted: boolean;
}

const OPERATORS = ['AND', 'OR', 'IN', 'LIKE', 'BETWEEN', 'IS NULL', 'IS NOT NULL', 'NOT'];
const EXPRESSION_KEYWORDS = ['CASE', 'CAST', 'EXISTS', 'INTERVAL', 'NOT', 'NULL', 'TRUE', 'FALSE', 'DISTINCT'];
const STATEMENTS = ['SELECT', 'INSERT', 'CREATE', 'WITH', 'EXECUTE STATEMENT SET', 'SET', 'RESET', 'EXPLAIN', 'DROP', 'USE'];
const NOTHING = { keywords: [], wantsTable: false, wantsFunction: false, wantsType: false, columnsOf: null, option: null } as const;

/** Never throws. */
export function completionContext(text: string, offset: number): CompletionContext {
  const at = Math.max(0, Math.min(offset, text.length));
  const written = lex(text.slice(0, at)).slice(0, -1);
  const last = written.at(-1);
  const definitions = tableDefinitions(text);
  if (last !== undefined && last.end === at && (last.kind === 'comment' || (last.kind === 'bad' && text.startsWith('/*', last.start)))) {
    const isOpen = last.kind === 'bad' || text.startsWith('--', last.start);
    if (isOpen) return { ...NOTHING, prefix: '', replace: { start: at, end: at }, tables: definitions };
  }
  const typed = typedToken(text, last, at);
  const before = written.filter((token) => token.kind !== 'comment' && token.start < typed.start);
  const statement = currentStatement(lex(text), typed.start);
  const tables = [...definitions, ...namedQueries(text, statement, definitions)];
  const parser = new StatementParser(text.slice(0, typed.start));
  parser.script();
  const { expected, isOperandComplete } = parser.atTextEnd;
  const place: Place = { text, statement, before, offset: typed.start, tables };
  const wantsExpression = expected.includes('an expression');
  const option = optionAt(place, typed.quote !== '');
  const isInString = typed.quote === "'";
  const startsStatement = expected.length === 0 && (before.length === 0 || before.at(-1)!.text === ';');
  const keywords = [
    ...(startsStatement ? STATEMENTS : []),
    ...expected.filter((what) => /^[A-Z_ ]+$/.test(what)),
    ...(isOperandComplete ? OPERATORS : []),
    ...(wantsExpression ? EXPRESSION_KEYWORDS : []),
  ];
  return {
    prefix: text.slice(typed.start + typed.quote.length, at),
    replace: { start: typed.start + typed.quote.length, end: at },
    keywords: typed.quote === '' ? [...new Set(keywords)] : [],
    wantsTable: !isInString && (expected.includes('a table name') || expected.includes('a database')),
    wantsFunction: typed.quote === '' && wantsExpression,
    wantsType: typed.quote === '' && expected.includes('a type'),
    columnsOf: isInString ? null : columnsAt(place, expected),
    option,
    tables,
  };
}

interface Place {
  readonly text: string;
  /** Tokens of the statement around the place, without comments. */
  readonly statement: readonly Token[];
  /** Tokens before the place, without comments. */
  readonly before: readonly Token[];
  readonly offset: number;
  readonly tables: readonly TableDefinition[];
}

/** The word, or the open string or quoted name, that ends at the place. */
function typedToken(text: string, last: Token | undefined, at: number): { readonly start: number; readonly quote: string } {
  if (last === undefined || last.end !== at) return { start: at, quote: '' };
  if (last.kind === 'word') return { start: last.start, quote: '' };
  const first = text[last.start]!;
  if (last.kind === 'bad' && (first === "'" || first === '`')) return { start: last.start, quote: first };
  return { start: at, quote: '' };
}

function currentStatement(tokens: readonly Token[], offset: number): Token[] {
  const words = tokens.filter((token) => token.kind !== 'comment');
  let first = 0;
  let end = words.length;
  words.forEach((token, index) => {
    if (token.text !== ';' || token.kind !== 'operator') return;
    if (token.end <= offset) first = index + 1;
    else if (end === words.length) end = index;
  });
  return words.slice(first, end);
}

/* ---------- columns ---------- */

function columnsAt(place: Place, expected: readonly string[]): readonly TableInScope[] | null {
  const wantsColumn = expected.includes('a column name');
  const wantsField = expected.includes('a field name');
  if (!wantsColumn && !wantsField && !expected.includes('an expression')) return null;
  const scope = scopeAt(place, wantsColumn);
  if (!wantsField) return scope;
  const qualifier = place.before.at(-2);
  if (qualifier === undefined) return scope;
  const name = unquoted(place.text, qualifier);
  return scope.filter((table) => table.name === name);
}

function scopeAt(place: Place, wantsColumn: boolean): TableInScope[] {
  const first = place.statement[0]?.text;
  if (first === 'CREATE') {
    const own = columnsBeingDefined(place);
    if (own !== null) return [own];
  }
  if (wantsColumn) {
    const target = insertTarget(place);
    if (target !== null) return [target];
  }
  return tablesInScope(place.text, place.statement, place.offset, place.tables);
}

/** The columns that a CREATE TABLE has so far, when the place is inside its parentheses. */
function columnsBeingDefined(place: Place): TableInScope | null {
  const { statement, text } = place;
  const open = statement.findIndex((token) => token.text === '(');
  if (open < 1 || statement[open]!.start >= place.offset || !statement.slice(0, open).some((token) => token.text === 'TABLE')) return null;
  const columns: string[] = [];
  let depth = 0;
  for (let i = open; i < statement.length; i++) {
    const token = statement[i]!;
    if (token.text === '(' || token.text === '<') depth++;
    else if (token.text === ')' || token.text === '>') depth--;
    if (depth === 0) return place.offset > token.start ? null : { name: unquoted(text, statement[open - 1]!), columns };
    const isElementStart = depth === 1 && (token.text === ',' || i === open);
    const name = statement[i + 1];
    if (!isElementStart || name === undefined || ['WATERMARK', 'PRIMARY', 'CONSTRAINT'].includes(name.text)) continue;
    if (name.kind === 'word' || name.kind === 'quotedName') columns.push(unquoted(text, name));
  }
  return { name: unquoted(text, statement[open - 1]!), columns };
}

/** In the column list or the partition of an INSERT: its table. */
function insertTarget(place: Place): TableInScope | null {
  const begin = place.before.findLastIndex((token) => token.text === 'INSERT' || token.text === ';');
  if (begin < 0 || place.before[begin]!.text !== 'INSERT') return null;
  const head = place.before.slice(begin + 1).filter((token) => token.text !== 'INTO' && token.text !== 'OVERWRITE');
  if (head.some((token) => token.text === 'SELECT' || token.text === 'VALUES' || token.text === 'WITH')) return null;
  const end = head.findIndex((token) => token.text === '(' || token.text === 'PARTITION' || token.text === '/*+');
  const name = head.slice(0, Math.max(end, 0)).map((token) => unquoted(place.text, token));
  return { name: name.at(-1) ?? '', columns: findTable(place.tables, name.join(''))?.columns ?? [] };
}

/* ---------- options ---------- */

function optionAt(place: Place, isQuoted: boolean): OptionExpected | null {
  const { before, text } = place;
  const open = enclosing(before, before.length - 1);
  if (open < 1) return null;
  const owner = before[open - 1]!.text;
  const isHint = owner === 'OPTIONS' && before.slice(0, open).some((token) => token.text === '/*+');
  if (!isHint && !(owner === 'WITH' && place.statement[0]?.text === 'CREATE')) return null;
  const last = before.at(-1)!;
  if (last.text !== '(' && last.text !== ',' && last.text !== '=') return null;
  const entries = optionEntries(text, place.statement, before[open]!.start);
  const key = last.text === '=' && before.at(-2)?.kind === 'string' ? stringOf(text, before.at(-2)!) : null;
  const connector = isHint ? hintedConnector(place, open) : (entries.get('connector') ?? null);
  return { connector, key, present: [...entries.keys()], isQuoted };
}

function optionEntries(text: string, statement: readonly Token[], open: number): Map<string, string> {
  const entries = new Map<string, string>();
  for (let i = statement.findIndex((token) => token.start === open); i >= 0 && i + 3 < statement.length; i++) {
    if (statement[i]!.text === ')') break;
    if (statement[i + 2]!.text !== '=' || statement[i + 1]!.kind !== 'string' || statement[i + 3]!.kind !== 'string') continue;
    entries.set(stringOf(text, statement[i + 1]!), stringOf(text, statement[i + 3]!));
  }
  return entries;
}

/** Of the table before the hint that holds the parenthesis. */
function hintedConnector(place: Place, open: number): string | null {
  const hint = place.before.findLastIndex((token, index) => index < open && token.text === '/*+');
  let first = hint - 1;
  while (first >= 2 && place.before[first - 1]!.text === '.') first -= 2;
  if (first < 0) return null;
  const name = place.before.slice(first, hint).map((token) => unquoted(place.text, token));
  return findTable(place.tables, name.join(''))?.connector ?? null;
}

function stringOf(text: string, token: Token): string {
  return text.slice(token.start + 1, token.end - 1).replaceAll("''", "'");
}
