/**
 * Binds written expressions: names to columns, calls to functions, types by Flink's rules, every implicit coercion as a cast.
 * A query binder takes part through `intercept`, which sees each node first: that is how aggregates, window functions and subqueries
 * become columns of an operator.
 */
import { aggregateNames, findAggregate } from '../functions/aggregate-catalogue.ts';
import { canCast, castHint } from '../functions/cast-rules.ts';
import { findFunction, functionNames } from '../functions/catalogue.ts';
import type { CallOptions, FunctionContext } from '../functions/contract.ts';
import type { Expr, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { commonType, withoutAttribute } from '../types/coercion.ts';
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { isSameType } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import type { Expression } from './expression.ts';
import { caseBranch } from './expression-rewrite.ts';
import { foldCall, foldCast } from './fold-constants.ts';
import { binaryLiteral, intervalLiteral, literal, numberLiteral, stringLiteral, timeLiteral } from './literals.ts';
import { didYouMean, nearestName } from './near-name.ts';
import { accessFields, resolveColumn, type Scope } from './scope.ts';
import { sqlTypeOf } from './type-node.ts';

export interface BindContext {
  readonly scope: Scope;
  /** How the place is called in a message: `WHERE`, `a computed column`. */
  readonly place: string;
  /** For folding of constants. */
  readonly functions: FunctionContext;
  /** Null goes on with normal binding. */
  intercept?(expression: Expr): Expression | null;
}

export function bindExpression(node: Expr, context: BindContext): Expression {
  const intercepted = context.intercept?.(node);
  if (intercepted) return intercepted;
  switch (node.kind) {
    case 'number':
      return numberLiteral(node.text, node);
    case 'string':
      return stringLiteral(node.value);
    case 'binary':
      return binaryLiteral(node.hex, node);
    case 'boolean':
      return literal(node.value, { kind: 'BOOLEAN', nullable: false });
    case 'null':
      return literal(null, { kind: 'NULL', nullable: true });
    case 'timeLiteral':
      return timeLiteral(node);
    case 'interval':
      return intervalLiteral(node);
    case 'column':
      return resolveColumn(context.scope, node.path, node);
    case 'fieldAccess':
      return accessFields(bindExpression(node.operand, context), [node.field]);
    case 'call':
      return bindCall(node, context);
    case 'cast':
      return bindCast(node, context);
    case 'case':
      return bindCase(node, context);
    default:
      return bindOperator(node, context);
  }
}

/** Binds and demands BOOLEAN. */
export function bindCondition(node: Expr, context: BindContext): Expression {
  const condition = bindExpression(node, context);
  if (condition.type.kind === 'NULL') return implicitCast(condition, { kind: 'BOOLEAN', nullable: true });
  if (condition.type.kind !== 'BOOLEAN') {
    throw new SqlError(`${context.place} needs a condition (BOOLEAN), but this is ${formatType(condition.type)}.`, node);
  }
  return condition;
}

type OperatorNode = Exclude<
  Expr,
  {
    kind:
      | 'number'
      | 'string'
      | 'binary'
      | 'boolean'
      | 'null'
      | 'timeLiteral'
      | 'interval'
      | 'column'
      | 'fieldAccess'
      | 'call'
      | 'cast'
      | 'case';
  }
>;

function bindOperator(node: OperatorNode, context: BindContext): Expression {
  const bind = (operand: Expr): Expression => bindExpression(operand, context);
  const negate = (expression: Expression, isNegated: boolean): Expression =>
    isNegated ? makeCall('NOT', [expression], node, context) : expression;
  switch (node.kind) {
    case 'unary':
      if (node.operator === '-' && node.operand.kind === 'number') return numberLiteral(`-${node.operand.text}`, node);
      return makeCall(node.operator, [bind(node.operand)], node, context);
    case 'binaryOperation':
      return makeCall(node.operator, [bind(node.left), bind(node.right)], node, context);
    case 'is':
      return makeCall(`IS ${node.isNegated ? 'NOT ' : ''}${node.test}`, [bind(node.operand)], node, context);
    case 'isDistinctFrom':
      return makeCall(node.isNegated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', [bind(node.left), bind(node.right)], node, context);
    case 'like': {
      const args = [bind(node.operand), bind(node.pattern), ...(node.escape ? [bind(node.escape)] : [])];
      return negate(makeCall(node.operator, args, node, context), node.isNegated);
    }
    case 'between': {
      const [operand, low, high] = [bind(node.operand), bind(node.low), bind(node.high)];
      const inside = (from: Expression, to: Expression): Expression =>
        makeCall('AND', [makeCall('>=', [operand, from], node, context), makeCall('<=', [operand, to], node, context)], node, context);
      const result = node.isSymmetric ? makeCall('OR', [inside(low, high), inside(high, low)], node, context) : inside(low, high);
      return negate(result, node.isNegated);
    }
    case 'inList': {
      const operand = bind(node.operand);
      const tests = node.items.map((item) => makeCall('=', [operand, bind(item)], item, context));
      const any = tests.length === 1 ? tests[0] : tests.reduce((left, right) => makeCall('OR', [left, right], node, context));
      return negate(any, node.isNegated);
    }
    case 'element':
      return makeCall('ITEM', [bind(node.operand), bind(node.index)], node, context);
    case 'row':
      return makeCall('ROW', node.items.map(bind), node, context);
    case 'array':
      return makeCall('ARRAY', node.items.map(bind), node, context);
    case 'map':
      return makeCall(
        'MAP',
        node.entries.flatMap((entry) => [bind(entry.key), bind(entry.value)]),
        node,
        context,
      );
    case 'inQuery':
    case 'exists':
      throw new SqlError('IN and EXISTS with a query are supported only as conditions of WHERE joined by AND.', node);
    case 'scalarQuery':
      throw new SqlError('A query as a value is not supported by the embedded engine yet in this place.', node);
  }
}

const GROUP_WINDOW_FUNCTION = /^(TUMBLE|HOP|SESSION)(_START|_END|_ROWTIME|_PROCTIME)?$/;

function bindCall(node: Extract<Expr, { kind: 'call' }>, context: BindContext): Expression {
  if (node.over !== null) throw new SqlError(`OVER is not allowed in ${context.place}.`, node);
  if (GROUP_WINDOW_FUNCTION.test(node.name) && findFunction(node.name) === null) {
    throw new SqlError(
      node.name.includes('_')
        ? `${node.name} needs GROUP BY ${node.name.slice(0, node.name.indexOf('_'))}(…) with the same arguments.`
        : `${node.name} is a group window: write it in GROUP BY, or as a table: TABLE(${node.name}(TABLE t, DESCRIPTOR(ts), …)).`,
      node,
    );
  }
  const fn = findFunction(node.name);
  if (fn === null || node.isStar || node.filter !== null || (node.isDistinct && findAggregate(node.name) !== null)) {
    if (findAggregate(node.name) !== null) {
      throw new SqlError(`The aggregate function ${node.name} is not allowed in ${context.place}.`, node);
    }
    const near = nearestName(node.name, [...functionNames(), ...aggregateNames()]);
    throw new SqlError(`There is no function ${node.name}.${didYouMean(near)}`, node.nameSpan, near);
  }
  const args = node.args.map((arg) => bindExpression(arg, context));
  const options: Record<string, string | boolean | null> = { ...node.syntax };
  if (node.returning !== null) options.returning = formatType(withNullability(sqlTypeOf(node.returning), true));
  return makeCall(node.name, args, node, context, options);
}

/** Types a call of a function or operator of the catalogue over bound arguments, with the casts that it needs. */
export function makeCall(
  name: string,
  args: readonly Expression[],
  span: Span,
  context: BindContext,
  options: CallOptions = {},
): Expression {
  const fn = findFunction(name);
  if (fn === null) throw new SqlError(`${name} is not supported by the embedded engine yet.`, span);
  const literals = args.map((arg): Value | undefined => (arg.kind === 'literal' ? arg.value : undefined));
  const bound = fn.bind(
    args.map((arg) => arg.type),
    literals,
    options,
  );
  if ('refusal' in bound) throw new SqlError(bound.refusal.endsWith('.') ? bound.refusal : `${bound.refusal}.`, span);
  const cast = args.map((arg, i) => implicitCast(arg, bound.argumentTypes[i]));
  const type: SqlType =
    fn.name === 'PROCTIME' ? { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false, attribute: 'proctime' } : bound.type;
  const call: Expression = { kind: 'call', function: fn.name, args: cast, type, ...(Object.keys(options).length > 0 ? { options } : {}) };
  return foldCall(call, fn, context.functions);
}

function bindCast(node: Extract<Expr, { kind: 'cast' }>, context: BindContext): Expression {
  const arg = bindExpression(node.operand, context);
  const target = sqlTypeOf(node.type);
  if (!canCast(arg.type, target)) {
    const hint = castHint(arg.type, target);
    throw new SqlError(`${formatType(withoutAttribute(arg.type))} does not cast to ${formatType(target)}.${hint ? ` ${hint}` : ''}`, node);
  }
  const type = withNullability(target, arg.type.nullable || node.isTry);
  if (!node.isTry && isSameType(withNullability(arg.type, true), withNullability(type, true)) && arg.type.kind !== 'NULL') {
    return arg.kind === 'input' && isTimeAttribute(arg.type) ? { kind: 'cast', arg, type, isTry: false } : arg;
  }
  return foldCast({ kind: 'cast', arg, type, isTry: node.isTry }, context.functions);
}

export function isTimeAttribute(type: SqlType): boolean {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.attribute !== undefined;
}

/** A cast that nobody wrote; the nullability of the expression stays. */
export function implicitCast(expression: Expression, type: SqlType): Expression {
  const target = withNullability(withoutAttribute(type), expression.type.nullable);
  if (isSameType(withNullability(withoutAttribute(expression.type), true), withNullability(target, true))) return expression;
  return foldCast({ kind: 'cast', arg: expression, type: target, isTry: false }, null);
}

function bindCase(node: Extract<Expr, { kind: 'case' }>, context: BindContext): Expression {
  const operand = node.operand === null ? null : bindExpression(node.operand, context);
  const branches = node.branches.map((branch) =>
    caseBranch(
      operand === null
        ? bindCondition(branch.when, { ...context, place: 'WHEN' })
        : makeCall('=', [operand, bindExpression(branch.when, context)], branch.when, context),
      bindExpression(branch.then, context),
    ),
  );
  const otherwise = node.otherwise === null ? literal(null, { kind: 'NULL', nullable: true }) : bindExpression(node.otherwise, context);
  const results = [...branches.map((b) => b.then), otherwise];
  const type = commonType(results.map((r) => r.type));
  if (type === null) {
    throw new SqlError(`The branches of CASE have no common type: ${results.map((r) => formatType(r.type)).join(', ')}.`, node);
  }
  return {
    kind: 'case',
    branches: branches.map((b) => caseBranch(b.when, implicitCast(b.then, type))),
    otherwise: implicitCast(otherwise, type),
    type,
  };
}
