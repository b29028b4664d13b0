/** `print`: rows as lines of text. */
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import type { Connector, RuntimeContext, SinkWriter } from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import { createRowPrinter } from '../row-printer.ts';
import { describePrint, PRINT_RULES } from './describe.ts';

export const printConnector: Connector = { name: 'print', describe: describePrint, createWriter };

/** The identifier and, where there are several subtasks, the number of this one (from 1) stand before the row, as in Flink. */
function createWriter(table: PlanTable, schema: RowSchema, context: RuntimeContext): SinkWriter {
  const { values } = checkTable(table, PRINT_RULES, null);
  const subtask = context.parallelism > 1 ? String(context.subtask + 1) : '';
  const prefix = [values.text('print-identifier', ''), subtask].filter((part) => part !== '').join(':');
  return createRowPrinter(schema, prefix === '' ? '' : `${prefix}> `, values.boolean('standard-error', false), context);
}
