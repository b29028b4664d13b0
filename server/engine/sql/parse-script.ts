/** The way into the parser. */
import type { Expr, Statement } from './ast.ts';
import { SqlError, type SqlProblem, toProblem } from './problem.ts';
import { StatementParser } from './statement-parser.ts';

export interface ParseOutcome {
  /** The statements that could be read, in order; complete only when there are no problems. */
  readonly statements: readonly Statement[];
  readonly problems: readonly SqlProblem[];
}

/** Reads a whole script. Never throws for any text: what is wrong with it is in `problems`, at most one for each statement. */
export function parseScript(text: string): ParseOutcome {
  const { statements, errors } = new StatementParser(text).script();
  return { statements, problems: errors.map((error) => toProblem(text, error)) };
}

/** Reads one expression. */
export function parseExpression(text: string): { readonly expression: Expr } | { readonly problem: SqlProblem } {
  try {
    return { expression: new StatementParser(text).onlyExpression() };
  } catch (error) {
    if (error instanceof SqlError) return { problem: toProblem(text, error) };
    throw error;
  }
}
