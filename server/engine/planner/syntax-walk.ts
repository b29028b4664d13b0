/** Walking of written expressions. Queries inside an expression are not entered. */
import { findAggregate } from '../functions/aggregate-catalogue.ts';
import { findFunction } from '../functions/catalogue.ts';
import type { Expr, WindowSpecNode } from '../sql/ast.ts';

export type CallNode = Extract<Expr, { kind: 'call' }>;

/** Visits the node and all below, outside in; `false` keeps out of a node's operands. */
export function visitSyntax(node: Expr, visit: (node: Expr) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const operand of syntaxOperands(node)) visitSyntax(operand, visit);
}

export function syntaxOperands(node: Expr): readonly Expr[] {
  switch (node.kind) {
    case 'fieldAccess':
    case 'unary':
    case 'is':
    case 'cast':
      return [node.operand];
    case 'element':
      return [node.operand, node.index];
    case 'binaryOperation':
    case 'isDistinctFrom':
      return [node.left, node.right];
    case 'like':
      return [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'inList':
      return [node.operand, ...node.items];
    case 'inQuery':
      return [node.operand];
    case 'case':
      return [
        ...(node.operand ? [node.operand] : []),
        ...node.branches.flatMap((b) => [b.when, b.then]),
        ...(node.otherwise ? [node.otherwise] : []),
      ];
    case 'row':
    case 'array':
      return node.items;
    case 'map':
      return node.entries.flatMap((e) => [e.key, e.value]);
    case 'call':
      return [
        ...node.args,
        ...(node.filter ? [node.filter] : []),
        ...node.withinGroup.map((o) => o.expression),
        ...(node.over && 'partitionBy' in node.over ? overOperands(node.over) : []),
      ];
    default:
      return [];
  }
}

function overOperands(over: WindowSpecNode): readonly Expr[] {
  return [...over.partitionBy, ...over.orderBy.map((o) => o.expression)];
}

/** An aggregate call that is not a window function. */
export function isAggregateCall(node: Expr): node is CallNode {
  if (node.kind !== 'call' || node.over !== null) return false;
  return findAggregate(node.name) !== null && (findFunction(node.name) === null || node.isStar || node.isDistinct || node.filter !== null);
}

export function containsAggregate(node: Expr): boolean {
  let found = false;
  visitSyntax(node, (part) => {
    if (isAggregateCall(part)) found = true;
    return !found;
  });
  return found;
}

/** The parts of a chain of ANDs. */
export function syntaxConjuncts(node: Expr): readonly Expr[] {
  return node.kind === 'binaryOperation' && node.operator === 'AND'
    ? [...syntaxConjuncts(node.left), ...syntaxConjuncts(node.right)]
    : [node];
}
