/**
 * CROSS or LEFT JOIN UNNEST: each input row once for each element of its array, map (key, value) or multiset (as often as it counts), with
 * the fields of a ROW element as columns and, where asked for, the element's place from 1. Change kinds and time columns are the row's own, so nothing is
 * kept. A left join gives a row of NULLs where no element is left after the condition.
 */
import { compileExpression } from '../codegen/compile.ts';
import type { CompiledExpression } from '../codegen/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import { BATCH_ROWS_MAX, type Batch } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { gatherRows } from './gather-rows.ts';

/** Columns of each element, without the ordinality. */
function elementsOf(value: Value, width: number, isMap: boolean): (readonly Value[])[] {
  if (value === null) return [];
  const fields = (element: Value): readonly Value[] => {
    if (element instanceof RowValue) return element.fields;
    return width === 1 ? [element] : new Array<Value>(width).fill(null);
  };
  if (value instanceof ArrayValue) return value.elements.map(fields);
  if (!(value instanceof MapValue)) throw new Error('UNNEST of a value that is no collection');
  if (isMap) return value.entries.map(([key, item]) => [key, item]);
  return value.entries.flatMap(([element, count]) => Array.from({ length: Number(count) }, () => fields(element)));
}

/** Paddings stand behind the elements of their row: one counts only when none of these was left. */
function selectRows(joined: Batch, sources: Int32Array, isPadding: Uint8Array, condition: CompiledExpression | null): Batch {
  const selection = new Int32Array(joined.rows);
  let selected = 0;
  let lastLeft = -1;
  for (let i = 0; i < joined.rows; i++) {
    const isLeftIn = isPadding[i] === 1 ? lastLeft !== sources[i] : condition === null || condition(joined, i) === true;
    if (!isLeftIn) continue;
    selection[selected++] = i;
    lastLeft = sources[i];
  }
  return { ...joined, selection, selected };
}

export function createUnnest(node: NodeOf<'unnest'>, input: RowSchema, functions: FunctionContext): Operator {
  const added = node.schema.slice(input.length);
  const width = added.length - (node.withOrdinality ? 1 : 0);
  const isMap = node.array.type.kind === 'MAP';
  const isLeft = node.joinKind === 'left';
  const arrayOf = compileExpression(node.array, input, functions);
  const condition = node.condition === null ? null : compileExpression(node.condition, node.schema, functions);
  let builder = new BatchBuilder(added, BATCH_ROWS_MAX);
  let sources = new Int32Array(BATCH_ROWS_MAX);
  let isPadding = new Uint8Array(BATCH_ROWS_MAX);
  let context: OperatorContext;

  function append(row: number, values: readonly Value[] | null, place: number): void {
    sources[builder.rows] = row;
    isPadding[builder.rows] = values === null ? 1 : 0;
    for (let i = 0; i < width; i++) builder.setValue(i, values === null ? null : values[i]);
    if (node.withOrdinality) {
      if (values === null) builder.setNull(width);
      else builder.setValue(width, place);
    }
    builder.endRow();
  }

  function flush(batch: Batch): void {
    if (builder.rows === 0) return;
    const right = builder.finish();
    const left = gatherRows(batch, sources, builder.rows);
    const joined = selectRows({ ...left, columns: [...left.columns, ...right.columns], split: -1 }, sources, isPadding, condition);
    if (joined.selected > 0) context.output.emit(joined);
    builder.reset();
  }

  return {
    open(opened) {
      context = opened;
    },
    process(batch) {
      const live = liveRows(batch);
      for (let i = 0; i < batch.selected; i++) {
        const elements = elementsOf(arrayOf(batch, live[i]), width, isMap);
        const rows = elements.length + (isLeft ? 1 : 0);
        if (builder.rows + rows > builder.capacity) flush(batch);
        if (rows > builder.capacity) {
          builder = new BatchBuilder(added, rows);
          sources = new Int32Array(rows);
          isPadding = new Uint8Array(rows);
        }
        elements.forEach((values, place) => {
          append(live[i], values, place + 1);
        });
        if (isLeft) append(live[i], null, 0);
      }
      flush(batch);
    },
    processWatermark() {},
    close() {},
  };
}
