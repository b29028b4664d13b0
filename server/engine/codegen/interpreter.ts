/**
 * The plain interpreter of expressions: one row, one value at a time. It is the oracle of the generated code, what constant folding uses,
 * and it decides what is lazy: CASE evaluates the chosen branch only; AND, OR, IN, COALESCE, IFNULL and IF stop as soon as they know.
 */
import { castValue, tryCastValue } from '../functions/cast.ts';
import { findFunction } from '../functions/catalogue.ts';
import { compareBy } from '../functions/comparison-functions.ts';
import type { EvaluatedCall, FunctionContext, ScalarFunction } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import { RowValue, type Value } from '../types/value.ts';
import { argumentsFor } from './fine-timestamps.ts';

export type CallExpression = Extract<Expression, { kind: 'call' }>;

/** Throws DataError for a row that cannot be computed, Error for an unknown function. */
export function evaluate(expression: Expression, row: readonly Value[], context: FunctionContext): Value {
  switch (expression.kind) {
    case 'input':
      return row[expression.index] ?? null;
    case 'literal':
      return expression.value;
    case 'cast': {
      const value = evaluate(expression.arg, row, context);
      if (value === null) return null;
      const cast = expression.isTry ? tryCastValue : castValue;
      return cast(value, expression.arg.type, expression.type, context);
    }
    case 'case':
      for (const { when, then } of expression.branches) if (evaluate(when, row, context) === true) return evaluate(then, row, context);
      return evaluate(expression.otherwise, row, context);
    case 'field': {
      const value = evaluate(expression.arg, row, context);
      return value instanceof RowValue ? (value.fields[expression.index] ?? null) : null;
    }
    case 'call':
      return evaluateCall(expression, row, context);
  }
}

function evaluateCall(call: CallExpression, row: readonly Value[], context: FunctionContext): Value {
  switch (call.function) {
    case 'AND':
    case 'OR':
      return evaluateConnective(call, row, context, call.function === 'OR');
    case 'COALESCE':
    case 'IFNULL':
      for (const arg of call.args) {
        const value = evaluate(arg, row, context);
        if (value !== null) return value;
      }
      return null;
    case 'IF':
      return evaluate(evaluate(call.args[0], row, context) === true ? call.args[1] : call.args[2], row, context);
    case 'IN':
    case 'NOT IN':
      return evaluateIn(call, row, context);
  }
  const scalar = functionOf(call);
  const args = call.args.map((arg) => evaluate(arg, row, context));
  if (scalar.isStrict !== false && args.includes(null)) return null;
  return scalar.evaluate(argumentsFor(scalar.name, args), evaluatedCallOf(call), context);
}

/** OR is decided by the first TRUE, AND by the first FALSE. */
function evaluateConnective(call: CallExpression, row: readonly Value[], context: FunctionContext, deciding: boolean): Value {
  let hasNull = false;
  for (const arg of call.args) {
    const value = evaluate(arg, row, context);
    if (value === deciding) return deciding;
    if (value === null) hasNull = true;
  }
  return hasNull ? null : !deciding;
}

/** As OR of comparisons: items after the one that matches do not run. */
function evaluateIn(call: CallExpression, row: readonly Value[], context: FunctionContext): Value {
  const isNegated = call.function === 'NOT IN';
  const value = evaluate(call.args[0], row, context);
  let hasNull = false;
  for (let i = 1; i < call.args.length; i++) {
    const item = evaluate(call.args[i], row, context);
    if (value === null || item === null) hasNull = true;
    else if (compareBy('=', value, item)) return !isNegated;
  }
  return hasNull ? null : isNegated;
}

export function functionOf(call: CallExpression): ScalarFunction {
  const scalar = findFunction(call.function);
  if (scalar === null) throw new Error(`no function is named ${call.function}`);
  return scalar;
}

const JSON_BUILDERS = new Set(['JSON_OBJECT', 'JSON_ARRAY', 'JSON']);
const evaluatedCalls = new WeakMap<CallExpression, EvaluatedCall>();

/**
 * What a function is told about its call. For the JSON builders `jsonArguments` names the arguments ("0,2") that are themselves built JSON
 * and so go in as they are, not as texts.
 */
export function evaluatedCallOf(call: CallExpression): EvaluatedCall {
  let evaluated = evaluatedCalls.get(call);
  if (evaluated === undefined) {
    const options = JSON_BUILDERS.has(call.function)
      ? {
          ...call.options,
          jsonArguments: call.args.flatMap((arg, i) => (arg.kind === 'call' && JSON_BUILDERS.has(arg.function) ? [i] : [])).join(','),
        }
      : (call.options ?? {});
    evaluated = { argumentTypes: call.args.map((arg) => arg.type), type: call.type, options };
    evaluatedCalls.set(call, evaluated);
  }
  return evaluated;
}
