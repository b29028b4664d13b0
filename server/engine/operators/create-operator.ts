/** Plan node to operator. One line a kind; what the runtime runs itself is refused. */
import type { FunctionContext } from '../functions/contract.ts';
import type { PlanNode } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { createCalc } from './calc.ts';
import { createChangelogNormalize } from './changelog-normalize.ts';
import type { Operator } from './contract.ts';
import { createDeduplicate } from './deduplicate.ts';
import { createDropUpdateBefore } from './drop-update-before.ts';
import { createExpand } from './expand.ts';
import { createGroupAggregate } from './group-aggregate.ts';
import { createIntervalJoin } from './interval-join.ts';
import { createJoin } from './join.ts';
import { createRank } from './rank.ts';
import { createSinkUpsertMaterialize } from './sink-upsert-materialize.ts';
import { createSortLimit } from './sort-limit.ts';
import { createTemporalSort } from './temporal-sort.ts';
import { createUnnest } from './unnest.ts';
import { createWatermark } from './watermark.ts';
import { createWindowAggregate } from './window-aggregate.ts';
import { createWindowDeduplicate } from './window-deduplicate.ts';
import { createWindowJoin } from './window-join.ts';
import { createWindowRank } from './window-rank.ts';
import { createWindowTableFunction } from './window-table-function.ts';

/** `inputs` are the schemas of the node's inputs, in order. */
export function createOperator(node: PlanNode, inputs: readonly RowSchema[], functions: FunctionContext): Operator {
  switch (node.kind) {
    case 'calc':
      return createCalc(node, inputs[0], functions);
    case 'watermark':
      return createWatermark(node, inputs[0], functions);
    case 'expand':
      return createExpand(node, inputs[0]);
    case 'groupAggregate':
      return createGroupAggregate(node, inputs[0]);
    case 'windowAggregate':
      return createWindowAggregate(node, inputs[0]);
    case 'windowTableFunction':
      return createWindowTableFunction(node, inputs[0]);
    case 'deduplicate':
      return createDeduplicate(node, inputs[0]);
    case 'dropUpdateBefore':
      return createDropUpdateBefore();
    case 'changelogNormalize':
      return createChangelogNormalize(node, inputs[0]);
    case 'sinkUpsertMaterialize':
      return createSinkUpsertMaterialize(node, inputs[0]);
    case 'temporalSort':
      return createTemporalSort(node, inputs[0]);
    case 'unnest':
      return createUnnest(node, inputs[0], functions);
    case 'join':
      return createJoin(node, inputs, functions);
    case 'rank':
      return createRank(node, inputs[0]);
    case 'sortLimit':
      return createSortLimit(node, inputs[0]);
    case 'windowJoin':
      return createWindowJoin(node, inputs, functions);
    case 'windowRank':
      return createWindowRank(node, inputs[0]);
    case 'windowDeduplicate':
      return createWindowDeduplicate(node, inputs[0]);
    case 'intervalJoin':
      return createIntervalJoin(node, inputs, functions);
    default:
      throw new Error(`no operator for plan nodes of kind ${node.kind}`);
  }
}
