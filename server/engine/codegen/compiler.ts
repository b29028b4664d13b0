/** What the inline forms need of the expression compiler. */
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { Emitter } from './emitter.ts';
import type { PrimSlot, Slot, ValueSlot } from './slots.ts';

export interface Choice {
  /** Emits the test and returns a JavaScript condition. */
  readonly when: () => string;
  readonly result: Expression;
}

export interface Compiler {
  readonly emitter: Emitter;
  readonly context: FunctionContext;
  compile(expression: Expression): Slot;
  prim(expression: Expression): PrimSlot;
  value(expression: Expression): ValueSlot;
  literal(value: Value, type: SqlType): Slot;
  /** A JavaScript condition: the expression is TRUE (not NULL, not FALSE). */
  truth(expression: Expression): string;
  /** The first branch whose condition holds, else `otherwise`; only the chosen one runs. */
  choose(type: SqlType, branches: readonly Choice[], otherwise: Expression): Slot;
  /** Variables that hold one of several expressions of a type, and how to set them. */
  target(type: SqlType, candidates: readonly Expression[]): { readonly slot: Slot; assign(slot: Slot): void };
}
