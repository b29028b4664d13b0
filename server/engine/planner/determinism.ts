/** Which expressions give the same for the same row, whenever they are evaluated. */
import { findFunction } from '../functions/catalogue.ts';
import type { Expression } from './expression.ts';
import { visitExpression } from './expression-rewrite.ts';

export function isDeterministic(expression: Expression): boolean {
  let isStable = true;
  visitExpression(expression, (part) => {
    if (part.kind === 'call' && findFunction(part.function)?.isDeterministic === false) isStable = false;
  });
  return isStable;
}
