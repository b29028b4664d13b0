/** What is wrong with a script: one message and its place. The only way syntax, binding and option errors are told. */
import type { Span } from './ast.ts';

export interface SqlProblem {
  /** One or two sentences: what, and what to do. No position in it. */
  readonly message: string;
  /** UTF-16 offsets in the script. */
  readonly span: Span;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Text that, put in place of the span, mends it ("did you mean"); or null. */
  readonly replacement: string | null;
}

/** Thrown inside sql/ and planner/ only; their entry points return problems. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly span: Span;
  readonly replacement: string | null;
  constructor(message: string, span: Span, replacement: string | null = null) {
    super(message);
    this.span = span;
    this.replacement = replacement;
  }
}

/** 1-based line and column of an offset. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

export function toProblem(text: string, error: SqlError): SqlProblem {
  const from = positionOf(text, error.span.start);
  const to = positionOf(text, error.span.end);
  return {
    message: error.message,
    span: error.span,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    replacement: error.replacement,
  };
}
