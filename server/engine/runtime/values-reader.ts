/** VALUES as a source: its rows once, in order; the position is how many were handed out. */
import { evaluate } from '../codegen/interpreter.ts';
import type { PollResult, SourceReader, SplitPosition } from '../connectors/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import { BatchBuilder } from '../types/batch-builder.ts';

const SPLIT = '0';

export function createValuesReader(node: NodeOf<'values'>, context: FunctionContext): SourceReader {
  const builder = new BatchBuilder(node.schema);
  let emitted = 0;
  return {
    async open(restored) {
      const position = restored?.find((entry) => entry.split === SPLIT)?.position.emitted;
      emitted = typeof position === 'number' ? position : 0;
    },
    async poll(rowsMax): Promise<PollResult> {
      if (emitted >= node.rows.length) return { kind: 'end' };
      builder.reset();
      const end = Math.min(node.rows.length, emitted + Math.min(rowsMax, builder.capacity));
      for (; emitted < end; emitted++) {
        node.rows[emitted]?.forEach((expression, index) => {
          builder.setValue(index, evaluate(expression, [], context));
        });
        builder.endRow();
      }
      return { kind: 'batch', batch: builder.finish() };
    },
    positions: (): readonly SplitPosition[] => [{ split: SPLIT, position: { emitted } }],
    async close() {},
  };
}
