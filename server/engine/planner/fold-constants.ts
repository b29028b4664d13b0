/** Folding of constants: a deterministic call over literals becomes a literal. What fails stays as it is and fails when it is run. */
import { castValue } from '../functions/cast.ts';
import { DataError, type FunctionContext, type ScalarFunction } from '../functions/contract.ts';
import type { SqlType } from '../types/sql-type.ts';
import { coarse } from '../types/value.ts';
import type { Expression } from './expression.ts';
import { mapOperands } from './expression-rewrite.ts';

export function foldCall(call: Extract<Expression, { kind: 'call' }>, fn: ScalarFunction, context: FunctionContext): Expression {
  if (!fn.isDeterministic || call.args.length === 0 || !call.args.every((arg) => arg.kind === 'literal') || isCompound(call.type))
    return call;
  const values = call.args.map((arg) => (arg as Extract<Expression, { kind: 'literal' }>).value);
  if (fn.isStrict !== false && values.includes(null)) return { kind: 'literal', value: null, type: call.type };
  try {
    const evaluated = { argumentTypes: call.args.map((a) => a.type), type: call.type, options: call.options ?? {} };
    return { kind: 'literal', value: coarse(fn.evaluate(values, evaluated, context)), type: call.type };
  } catch (error) {
    if (error instanceof DataError) return call;
    throw error;
  }
}

/** Rows, arrays and maps stay calls: literals of plans are plain values. */
function isCompound(type: SqlType): boolean {
  return type.kind === 'ROW' || type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET';
}

/** Folds a cast of a literal; without a context only where the value stays as good as it is. */
export function foldCast(cast: Extract<Expression, { kind: 'cast' }>, context: FunctionContext | null): Expression {
  if (cast.arg.kind !== 'literal' || isCompound(cast.type)) return cast;
  const { value, type: from } = cast.arg;
  if (value === null) return { kind: 'literal', value: null, type: { ...cast.type, nullable: true } as SqlType };
  if (context === null && !isZoneFree(from, cast.type)) return cast;
  try {
    return { kind: 'literal', value: castValue(value, from, cast.type, context ?? { timeZone: 'UTC' }), type: cast.type };
  } catch (error) {
    if (error instanceof DataError) return cast;
    throw error;
  }
}

/** True when the session's time zone has no part in the cast. */
function isZoneFree(from: SqlType, to: SqlType): boolean {
  return from.kind !== 'TIMESTAMP_LTZ' && to.kind !== 'TIMESTAMP_LTZ';
}

/** Folds casts whose operand has become a literal, after expressions were put into each other. */
export function refoldCasts(expression: Expression): Expression {
  const folded = mapOperands(expression, refoldCasts);
  return folded.kind === 'cast' ? foldCast(folded, null) : folded;
}
