/**
 * Flink SQL's data types as plain data (JSON-safe, so that they travel in plans and manifests), and the lane a type takes
 * in a columnar batch. Source: Flink's LogicalType hierarchy (docs "Data Types").
 *
 * Units in the lanes:
 *   DATE                 days since 1970-01-01                                   i32
 *   TIME(p)              milliseconds of the day                                 i32
 *   TIMESTAMP(p), _LTZ   p <= 3: ms, p <= 6: us, else ns since the epoch (UTC)   i64
 *   INTERVAL YEAR TO MONTH  months                                               i32
 *   INTERVAL DAY TO SECOND  milliseconds                                         i64
 *   DECIMAL(p, s)        unscaled value: p <= 18 i64, else obj (bigint)
 *   CHAR, VARCHAR        UTF-8 bytes, halves of surrogates kept (text-bytes.ts)   bytes
 */
export type SqlType =
  | { readonly kind: 'BOOLEAN'; readonly nullable: boolean }
  | { readonly kind: 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE'; readonly nullable: boolean }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number; readonly nullable: boolean }
  | { readonly kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'; readonly length: number; readonly nullable: boolean }
  | { readonly kind: 'DATE'; readonly nullable: boolean }
  | { readonly kind: 'TIME'; readonly precision: number; readonly nullable: boolean }
  | {
      readonly kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ';
      readonly precision: number;
      readonly nullable: boolean;
      /** Set on a time attribute; it gets lost by any computation on the column, as in Flink. */
      readonly attribute?: 'rowtime' | 'proctime';
    }
  | { readonly kind: 'INTERVAL_YEAR_MONTH' | 'INTERVAL_DAY_TIME'; readonly nullable: boolean }
  | { readonly kind: 'ARRAY' | 'MULTISET'; readonly element: SqlType; readonly nullable: boolean }
  | { readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType; readonly nullable: boolean }
  | { readonly kind: 'ROW'; readonly fields: readonly RowField[]; readonly nullable: boolean }
  | { readonly kind: 'NULL'; readonly nullable: true };

export type TypeKind = SqlType['kind'];

export interface RowField {
  readonly name: string;
  readonly type: SqlType;
}

/** The columns of a table or of an operator's output, in order. */
export type RowSchema = readonly RowField[];

/** Physical representation of one column; see column.ts. */
export type Lane = 'bool' | 'i32' | 'i64' | 'f64' | 'bytes' | 'obj';

/** Flink's STRING is VARCHAR(2147483647), BYTES is VARBINARY(2147483647). */
export const LENGTH_MAX = 2147483647;

export function laneOf(type: SqlType): Lane {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'bool';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'i32';
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
      return 'i64';
    case 'DECIMAL':
      return type.precision <= 18 ? 'i64' : 'obj';
    case 'FLOAT':
    case 'DOUBLE':
      return 'f64';
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'bytes';
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
    case 'NULL':
      return 'obj';
  }
}

/** Lane units per second of a TIMESTAMP or TIMESTAMP_LTZ of this precision: 1e3, 1e6 or 1e9. */
export function timestampUnitsPerSecond(precision: number): bigint {
  return precision <= 3 ? 1_000n : precision <= 6 ? 1_000_000n : 1_000_000_000n;
}

/** Flink's own spelling, as in `DESCRIBE` and in error messages: `DECIMAL(10, 2) NOT NULL`, `STRING`, `ROW<`a` INT>`. */
export function formatType(type: SqlType): string {
  return formatTypeBody(type) + (type.nullable ? '' : ' NOT NULL');
}

function formatTypeBody(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`;
    case 'VARCHAR':
      return type.length === LENGTH_MAX ? 'STRING' : `VARCHAR(${type.length})`;
    case 'VARBINARY':
      return type.length === LENGTH_MAX ? 'BYTES' : `VARBINARY(${type.length})`;
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const attribute = 'attribute' in type && type.attribute ? ` *${type.attribute.toUpperCase()}*` : '';
      return `${type.kind}(${type.precision})${attribute}`;
    }
    case 'INTERVAL_YEAR_MONTH':
      return 'INTERVAL YEAR TO MONTH';
    case 'INTERVAL_DAY_TIME':
      return 'INTERVAL DAY TO SECOND(3)';
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${formatType(type.element)}>`;
    case 'MAP':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'ROW':
      return `ROW<${type.fields.map((f) => `\`${f.name}\` ${formatType(f.type)}`).join(', ')}>`;
    default:
      return type.kind;
  }
}

export function withNullability<T extends SqlType>(type: T, nullable: boolean): T {
  return type.nullable === nullable || type.kind === 'NULL' ? type : ({ ...type, nullable } as T);
}
