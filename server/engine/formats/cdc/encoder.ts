/**
 * Encodes changelog rows. As in Flink, an update is written as two records: its former row as a delete, its new row as an insert.
 */
import { type Batch, DELETE, UPDATE_BEFORE } from '../../types/batch.ts';
import { kindAt } from '../../types/row-access.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import { writeText } from '../byte-sink.ts';
import type { ByteSink, Encoder } from '../contract.ts';
import { JsonEncoder } from '../json/encoder.ts';
import type { JsonOptions } from '../json/options.ts';
import type { CdcName } from './facts.ts';

/** What stands before and behind the row. */
interface Wrapping {
  readonly insert: readonly [string, string];
  readonly delete: readonly [string, string];
}

const WRAPPINGS: Readonly<Record<CdcName, Wrapping>> = {
  'debezium-json': { insert: ['{"before":null,"after":', ',"op":"c"}'], delete: ['{"before":', ',"after":null,"op":"d"}'] },
  'canal-json': { insert: ['{"data":[', '],"type":"INSERT"}'], delete: ['{"data":[', '],"type":"DELETE"}'] },
  'maxwell-json': { insert: ['{"data":', ',"type":"insert"}'], delete: ['{"data":', ',"type":"delete"}'] },
  'ogg-json': { insert: ['{"before":null,"after":', ',"op_type":"I"}'], delete: ['{"before":', ',"after":null,"op_type":"D"}'] },
};

export class CdcEncoder implements Encoder {
  readonly #wrapping: Wrapping;
  readonly #row: JsonEncoder;

  constructor(name: CdcName, schema: RowSchema, options: JsonOptions) {
    this.#wrapping = options.ignoreNullFields ? withoutNulls(WRAPPINGS[name]) : WRAPPINGS[name];
    this.#row = new JsonEncoder(schema, options);
  }

  encode(batch: Batch, row: number, out: ByteSink): void {
    const kind = kindAt(batch, row);
    const [head, tail] = kind === DELETE || kind === UPDATE_BEFORE ? this.#wrapping.delete : this.#wrapping.insert;
    writeText(head, out);
    this.#row.encode(batch, row, out);
    writeText(tail, out);
  }
}

function withoutNulls(wrapping: Wrapping): Wrapping {
  const strip = ([head, tail]: readonly [string, string]) =>
    [head.replace('"before":null,', ''), tail.replace(',"after":null', '')] as const;
  return { insert: strip(wrapping.insert), delete: strip(wrapping.delete) };
}
