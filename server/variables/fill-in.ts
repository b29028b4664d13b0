/**
 * Puts the values of global variables where a job writes `{{name}}`.
 *
 * In SQL a value is text: inside of quotes and back-ticks it stays one literal or one name (a quote in it is doubled), elsewhere it is read as if it
 * had been written there (a number, a table, an expression). Comments are left as they are; a hint is no comment. The value of an option that
 * is a secret takes no variable, since everybody reads variables. Values have one line, so lines stay what they are; columns are
 * counted back to the text as it was written.
 *
 * In Runtime Configuration values are filled in value by value, in Jar arguments argument by argument: a blank in a value makes no second argument.
 */
import { VARIABLE_NAME } from '../contract/global-variables.ts';
import type { JobOptions } from '../contract/job-options.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import { isSecretKey } from '../contract/without-secrets.ts';
import { positionOf, type SqlProblem } from '../engine/sql/problem.ts';

/** Value by name. */
export type Variables = Readonly<Record<string, string>>;

/** What was written, and what stands there now; UTF-16 offsets. */
interface Piece {
  readonly written: { readonly start: number; readonly end: number };
  readonly filled: { readonly start: number; readonly end: number };
  readonly name: string;
}

export interface FilledSql {
  readonly kind: 'filled';
  readonly sql: string;
  readonly pieces: readonly Piece[];
}
export type FillOutcome = FilledSql | { readonly kind: 'refused'; readonly problems: readonly SqlProblem[] };

const REFERENCE = new RegExp(`\\{\\{\\s*(${VARIABLE_NAME})\\s*\\}\\}`, 'g');
/** A doubled quote is two literals side by side, which is all the same here. */
const NEXT = new RegExp(`'[^']*'|\`[^\`]*\`|--[^\\n]*|/\\*(?!\\+)[\\s\\S]*?\\*/|${REFERENCE.source}`, 'g');
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;

interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** What has to be doubled in the value; empty outside of quotes. */
  readonly quote: "'" | '`' | '';
  /** Key of the option whose value this is in. */
  readonly optionKey: string | null;
}

function referencesIn(sql: string): readonly Reference[] {
  const found: Reference[] = [];
  let literal = { text: '', end: -1 };
  let key: string | null = null;
  for (const match of sql.matchAll(NEXT)) {
    const [text, name] = match;
    if (name !== undefined) {
      found.push({ name, start: match.index, end: match.index + text.length, quote: '', optionKey: null });
      continue;
    }
    const quote = text[0];
    if (quote !== "'" && quote !== '`') continue;
    if (quote === "'") {
      const between = literal.end < 0 ? ' ' : sql.slice(literal.end, match.index);
      if (between !== '') key = between.replace(COMMENT, '').trim() === '=' ? literal.text : null;
      literal = { text: text.slice(1, -1), end: match.index + text.length };
    }
    for (const inside of text.matchAll(REFERENCE)) {
      const start = match.index + inside.index;
      found.push({ name: inside[1] as string, start, end: start + inside[0].length, quote, optionKey: quote === "'" ? key : null });
    }
  }
  return found;
}

const written = (name: string): string => `{{${name}}}`;
const missing = (name: string): Said => say('said.variable.missing', { name, written: written(name) });
const inSecret = (key: string, name: string): Said => say('said.variable.secret', { key, written: written(name) });

export function fillInSql(sql: string, variables: Variables): FillOutcome {
  const problems: SqlProblem[] = [];
  const pieces: Piece[] = [];
  let filled = '';
  let at = 0;
  for (const { name, start, end, quote, optionKey } of referencesIn(sql)) {
    const said =
      optionKey !== null && isSecretKey(optionKey) ? inSecret(optionKey, name) : Object.hasOwn(variables, name) ? null : missing(name);
    if (said !== null) {
      problems.push(problemAt(sql, inEnglish(said), start, end));
      continue;
    }
    const value = variables[name] as string;
    filled += sql.slice(at, start);
    const from = filled.length;
    filled += quote === '' ? value : value.replaceAll(quote, quote + quote);
    pieces.push({ name, written: { start, end }, filled: { start: from, end: filled.length } });
    at = end;
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  return { kind: 'filled', sql: filled + sql.slice(at), pieces };
}

function problemAt(sql: string, message: string, start: number, end: number, replacement: string | null = null): SqlProblem {
  const from = positionOf(sql, start);
  const to = positionOf(sql, end);
  const place = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  return { message, span: { start, end }, ...place, replacement };
}

/** Where an offset of the filled SQL is in what was written: inside of a value, where `{{name}}` begins or ends. */
function writtenOffset(pieces: readonly Piece[], offset: number, edge: 'start' | 'end'): number {
  let shift = 0;
  for (const { written: place, filled } of pieces) {
    if (offset < filled.start || (offset === filled.start && edge === 'end')) break;
    if (offset < filled.end || (offset === filled.end && edge === 'end')) return place[edge];
    shift = place.end - filled.end;
  }
  return offset + shift;
}

/** A problem of the filled SQL at its place in the written one. Text that would mend it is only for what was written. */
export function writtenProblem(sql: string, { pieces }: FilledSql, problem: SqlProblem): SqlProblem {
  const { span, message, replacement } = problem;
  const start = writtenOffset(pieces, span.start, 'start');
  const end = Math.max(start, writtenOffset(pieces, span.end, 'end'));
  const inside = pieces.find(({ filled }) => span.start < filled.end && filled.start < span.end);
  if (!inside) return problemAt(sql, message, start, end, replacement);
  const said = say('said.variable.inValue', { text: recognise(message), written: written(inside.name) });
  return problemAt(sql, inEnglish(said), start, end);
}

/** A place in the filled SQL, 1-based, to one in the written SQL. */
export function writtenPlace(
  sql: string,
  filled: FilledSql,
  place: { readonly line: number; readonly column: number },
): { readonly line: number; readonly column: number } {
  const lineStart = filled.sql.split('\n', place.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return positionOf(sql, writtenOffset(filled.pieces, lineStart + place.column - 1, 'start'));
}

const namesInText = (text: string): string[] => [...text.matchAll(REFERENCE)].map((match) => match[1] as string);

/** Names that a job writes, each once, sorted: in its SQL outside of comments, in Jar arguments, in values of Runtime Configuration. */
export function variablesNamedIn(sql: string, options: Pick<JobOptions, 'runtimeConfiguration' | 'entrypointArgs'>): string[] {
  const names = [
    ...referencesIn(sql).map((reference) => reference.name),
    ...namesInText(options.entrypointArgs),
    ...Object.values(options.runtimeConfiguration).flatMap(namesInText),
  ];
  return [...new Set(names)].sort();
}

/** Names without a value stay as they are written: `problemOfOptions` has told of them. */
export function fillInText(text: string, variables: Variables): string {
  return text.replace(REFERENCE, (whole, name: string) => (Object.hasOwn(variables, name) ? (variables[name] as string) : whole));
}

/** Blanks inside of `{{ }}` would part an argument in two. */
export const withNarrowReferences = (text: string): string => text.replace(REFERENCE, '{{$1}}');

/** Runtime Configuration with its values, or why that cannot be. */
export function fillInSettings(
  settings: Readonly<Record<string, string>>,
  variables: Variables,
): { readonly filled: Record<string, string> } | { readonly problem: Said } {
  const filled: Record<string, string> = {};
  for (const [key, text] of Object.entries(settings)) {
    const [first] = namesInText(text);
    if (first !== undefined && isSecretKey(key)) return { problem: say('said.variable.inSettings', { key, why: inSecret(key, first) }) };
    const unknown = namesInText(text).find((name) => !Object.hasOwn(variables, name));
    if (unknown !== undefined) return { problem: say('said.variable.inSettings', { key, why: missing(unknown) }) };
    filled[key] = fillInText(text, variables);
  }
  return { filled };
}

export type FilledJob =
  /** `options`: Jar arguments are left as written, they are filled in one by one. */
  | { readonly kind: 'filled'; readonly sql: string; readonly options: JobOptions; readonly variables: Variables }
  | { readonly kind: 'refused'; readonly message: Said };

/** What of a job is started: `variables` of the answer are those it names. */
export function fillInJob(sql: string, options: JobOptions, known: Variables): FilledJob {
  const filled = fillInSql(sql, known);
  if (filled.kind === 'refused') {
    const [first] = filled.problems as [SqlProblem];
    const { line, column, message } = first;
    return { kind: 'refused', message: say('said.blocked.sql', { line, column, problem: recognise(message) }) };
  }
  const settings = fillInSettings(options.runtimeConfiguration, known);
  if ('problem' in settings) return { kind: 'refused', message: settings.problem };
  const unknown = namesInText(options.entrypointArgs).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) return { kind: 'refused', message: say('said.variable.inArguments', { why: missing(unknown) }) };
  const variables = Object.fromEntries(variablesNamedIn(sql, options).map((name) => [name, known[name] as string]));
  return { kind: 'filled', sql: filled.sql, options: { ...options, runtimeConfiguration: settings.filled }, variables };
}
