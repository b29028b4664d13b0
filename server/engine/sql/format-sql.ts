/** Formats a script: keywords in upper case, a clause a line, columns and options indented; comments and meaning stay. */
import type { Statement } from './ast.ts';
import { lex } from './lexer.ts';
import { SqlLayout } from './sql-layout.ts';
import { StatementParser } from './statement-parser.ts';

/** Text with syntax errors is returned unchanged. */
export function formatSql(text: string): string {
  const parser = new StatementParser(text);
  const { statements, errors } = parser.script();
  if (errors.length > 0) return text;
  const kinds = new Map<number, string>();
  const verbatim = new Map<number, number>();
  for (const statement of statements) {
    kinds.set(statement.start, statement.kind);
    if (statement.kind === 'statementSet') for (const insert of statement.inserts) kinds.set(insert.start, 'insert');
    if (isVerbatim(text, statement)) verbatim.set(statement.start, statement.end);
  }
  for (const span of parser.verbatimSpans) verbatim.set(span.start, span.end);
  return new SqlLayout({ source: text, tokens: lex(text), ...parser.words, statements: kinds, verbatim }).write();
}

/** Statements whose words are not told apart, or whose bare text is the value. */
function isVerbatim(text: string, statement: Statement): boolean {
  if (statement.kind === 'unsupported') return true;
  return statement.kind === 'set' && (text[statement.keySpan.start] !== "'" || text[statement.valueSpan.start] !== "'");
}
