/**
 * Generated code for one pipeline stage. The generator alone may build source text; names in it come from planner indexes, literals are
 * bound constants. Each compiled form has an interpreted twin over the same plan (interpreter.ts) that tests compare with.
 */
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';

/** Returns the output batch (valid until the next call), or null when no row is left. Kinds and split are carried over. */
export type CompiledCalc = (batch: Batch) => Batch | null;

/** Evaluates one row of a batch; slow path for operators (join conditions, watermark expressions over few rows). */
export type CompiledExpression = (batch: Batch, row: number) => Value;

/** Evaluates over two batches' rows (join conditions): input indexes run over left columns, then right ones. TRUE or not. */
export type CompiledJoinCondition = (left: Batch, leftRow: number, right: Batch, rightRow: number) => boolean;

export interface Codegen {
  compileCalc(projection: readonly Expression[], condition: Expression | null, input: RowSchema, context: FunctionContext): CompiledCalc;
  compileExpression(expression: Expression, input: RowSchema, context: FunctionContext): CompiledExpression;
  compileJoinCondition(condition: Expression, left: RowSchema, right: RowSchema, context: FunctionContext): CompiledJoinCondition;
}
// codegen/compile.ts exports these three functions; codegen/interpreter.ts exports evaluate(expression, row: readonly Value[], context): Value
