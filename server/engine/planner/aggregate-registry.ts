/** The aggregate calls of one SELECT, typed, each once however often it is written. */
import { findAggregate } from '../functions/aggregate-catalogue.ts';
import { SqlError } from '../sql/problem.ts';
import type { SqlType } from '../types/sql-type.ts';
import { type BindContext, bindCondition, bindExpression, implicitCast } from './bind-expression.ts';
import type { Expression } from './expression.ts';
import { expressionDigest } from './expression-rewrite.ts';
import { type CallNode, isAggregateCall, visitSyntax } from './syntax-walk.ts';

export interface RegisteredCall {
  readonly function: string;
  /** Over the relation before grouping. */
  readonly args: readonly Expression[];
  readonly isDistinct: boolean;
  readonly filter: Expression | null;
  readonly type: SqlType;
  readonly options?: Readonly<Record<string, string | number | boolean | null>>;
  readonly name: string;
}

export interface AggregateRegistry {
  readonly calls: readonly RegisteredCall[];
  add(node: CallNode): void;
  indexOf(node: CallNode): number;
}

/** Functions to which DISTINCT makes no difference. */
const IGNORES_DISTINCT = new Set(['MIN', 'MAX']);

export function createRegistry(bind: BindContext): AggregateRegistry {
  const calls: RegisteredCall[] = [];
  const digests: string[] = [];
  const byNode = new Map<CallNode, number>();
  const add = (node: CallNode): void => {
    const call = registeredCall(node, bind);
    const digest = JSON.stringify([
      call.function,
      call.args.map(expressionDigest),
      call.isDistinct,
      call.filter === null ? null : expressionDigest(call.filter),
      call.options ?? null,
    ]);
    let index = digests.indexOf(digest);
    if (index < 0) {
      index = calls.length;
      digests.push(digest);
      calls.push({ ...call, name: `EXPR$${index}` });
    }
    byNode.set(node, index);
  };
  return {
    calls,
    add,
    indexOf(node) {
      const index = byNode.get(node);
      if (index === undefined) throw new Error(`the aggregate ${node.name} was not registered`);
      return index;
    },
  };
}

function registeredCall(node: CallNode, bind: BindContext): Omit<RegisteredCall, 'name'> {
  for (const arg of [...node.args, ...(node.filter ? [node.filter] : [])]) {
    visitSyntax(arg, (part) => {
      if (isAggregateCall(part)) throw new SqlError('Aggregates cannot be nested. Aggregate in a subquery first.', node);
      return true;
    });
  }
  if (node.withinGroup.length > 0) throw new SqlError(`WITHIN GROUP of ${node.name} is not supported by the embedded engine yet.`, node);
  const definition = findAggregate(node.isStar ? `${node.name}_STAR` : node.name);
  if (definition === null) throw new SqlError(`${node.name} does not take *; only COUNT does.`, node);
  const inner: BindContext = { ...bind, place: node.name };
  const args = node.args.map((arg) => bindExpression(arg, inner));
  const filter = node.filter === null ? null : bindCondition(node.filter, { ...bind, place: 'FILTER' });
  const bound = definition.bind(
    args.map((arg) => arg.type),
    node.isDistinct,
  );
  if ('refusal' in bound) throw new SqlError(bound.refusal.endsWith('.') ? bound.refusal : `${bound.refusal}.`, node);
  const cast = args.map((arg, i) => implicitCast(arg, bound.argumentTypes[i]));
  const { values, options } = splitOptions(definition.name, cast, node);
  return {
    function: definition.name,
    args: values,
    isDistinct: node.isDistinct && !IGNORES_DISTINCT.has(definition.name),
    filter,
    type: bound.type,
    ...(options ? { options } : {}),
  };
}

type Options = Readonly<Record<string, string | number | boolean | null>>;

/** LISTAGG's separator is syntax, not a column. */
function splitOptions(
  name: string,
  args: readonly Expression[],
  node: CallNode,
): { readonly values: readonly Expression[]; readonly options: Options | null } {
  const written = Object.keys(node.syntax).length > 0 ? node.syntax : null;
  if (name !== 'LISTAGG') return { values: args, options: written };
  const separator = args[1];
  if (separator === undefined) return { values: args, options: { separator: ',' } };
  if (separator.kind !== 'literal' || typeof separator.value !== 'string')
    throw new SqlError('The separator of LISTAGG must be a literal text.', node.args[1]);
  return { values: [args[0]], options: { separator: separator.value } };
}
