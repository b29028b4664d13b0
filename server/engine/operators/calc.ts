/** Projection and filter, as one generated loop. */
import { compileCalc } from '../codegen/compile.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Operator, OperatorContext } from './contract.ts';

export function createCalc(node: NodeOf<'calc'>, input: RowSchema, functions: FunctionContext): Operator {
  const calc = compileCalc(node.projection, node.condition, input, functions);
  let context: OperatorContext;
  return {
    open(opened) {
      context = opened;
    },
    process(batch) {
      const result = calc(batch);
      if (result !== null) context.output.emit(result);
    },
    processWatermark() {},
    close() {},
  };
}
