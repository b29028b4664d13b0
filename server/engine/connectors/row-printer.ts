/** The writer of `print` and `collect`: one line a row, in Flink's form (`+I[1, a]`), handed to the runtime's printer at once. */
import type { ChangeKind, Column } from '../types/batch.ts';
import { formatRow } from '../types/format-value.ts';
import { forEachLiveRow, kindAt, wholeValueAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { toUtf8 } from '../types/text-bytes.ts';
import type { RuntimeContext, SinkWriter } from './contract.ts';

/** `prefix` stands before each row, e.g. `orders:2> `. */
export function createRowPrinter(schema: RowSchema, prefix: string, toStandardError: boolean, context: RuntimeContext): SinkWriter {
  return {
    open: () => Promise.resolve(),
    write(batch) {
      forEachLiveRow(batch, (row) => {
        const values = schema.map(({ type }, index) => wholeValueAt(batch.columns[index] as Column, row, type));
        const line = formatRow(kindAt(batch, row) as ChangeKind, values, schema);
        context.print(prefix + toUtf8(line), toStandardError);
      });
    },
    ready: () => null,
    prepare: () => Promise.resolve([]),
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
