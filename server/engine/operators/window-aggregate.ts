/** Window aggregates: sessions on their own, everything else by slices. */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Operator } from './contract.ts';
import { SessionAggregate } from './session-aggregate.ts';
import { SliceAggregate } from './slice-aggregate.ts';

export function createWindowAggregate(node: NodeOf<'windowAggregate'>, input: RowSchema): Operator {
  return node.window.kind === 'SESSION' && node.attached === null ? new SessionAggregate(node, input) : new SliceAggregate(node, input);
}
