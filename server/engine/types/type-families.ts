/** Families of SQL types and the small questions that binding and casting ask of them. Source: Flink's LogicalTypeFamily. */
import { LENGTH_MAX, type SqlType, type TypeKind } from './sql-type.ts';

/** Largest precision of a DECIMAL. */
export const DECIMAL_PRECISION_MAX = 38;

const INTEGER_RANK: Partial<Record<TypeKind, number>> = { TINYINT: 1, SMALLINT: 2, INT: 3, BIGINT: 4 };

export function isInteger(type: SqlType): boolean {
  return INTEGER_RANK[type.kind] !== undefined;
}

/** 1 (TINYINT) to 4 (BIGINT); 0 for other types. */
export function integerRank(type: SqlType): number {
  return INTEGER_RANK[type.kind] ?? 0;
}

export function isExactNumeric(type: SqlType): boolean {
  return isInteger(type) || type.kind === 'DECIMAL';
}

export function isApproximate(type: SqlType): boolean {
  return type.kind === 'FLOAT' || type.kind === 'DOUBLE';
}

export function isNumeric(type: SqlType): boolean {
  return isExactNumeric(type) || isApproximate(type);
}

export function isText(type: SqlType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR';
}

export function isBinary(type: SqlType): boolean {
  return type.kind === 'BINARY' || type.kind === 'VARBINARY';
}

export function isTimestamp(type: SqlType): boolean {
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
}

/** DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ. */
export function isTimePoint(type: SqlType): boolean {
  return isTimestamp(type) || type.kind === 'DATE' || type.kind === 'TIME';
}

export function isInterval(type: SqlType): boolean {
  return type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH';
}

export function isCollection(type: SqlType): boolean {
  return type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' || type.kind === 'ROW';
}

/** The DECIMAL that holds every value of an exact numeric type. */
export function asDecimal(type: SqlType): { readonly precision: number; readonly scale: number } {
  switch (type.kind) {
    case 'DECIMAL':
      return { precision: type.precision, scale: type.scale };
    case 'TINYINT':
      return { precision: 3, scale: 0 };
    case 'SMALLINT':
      return { precision: 5, scale: 0 };
    case 'INT':
      return { precision: 10, scale: 0 };
    case 'BIGINT':
      return { precision: 19, scale: 0 };
    default:
      throw new Error(`${type.kind} is no exact numeric type`);
  }
}

export function textType(nullable: boolean): SqlType {
  return { kind: 'VARCHAR', length: LENGTH_MAX, nullable };
}

export function bytesType(nullable: boolean): SqlType {
  return { kind: 'VARBINARY', length: LENGTH_MAX, nullable };
}

export function simpleType(
  kind: 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE',
  nullable: boolean,
): SqlType {
  return { kind, nullable };
}

export function decimalType(precision: number, scale: number, nullable: boolean): SqlType {
  return { kind: 'DECIMAL', precision, scale, nullable };
}

/** Equal but for nullability of the outermost type (and the time attribute mark). */
export function isSameType(left: SqlType, right: SqlType): boolean {
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case 'DECIMAL': {
      const other = right as typeof left;
      return left.precision === other.precision && left.scale === other.scale;
    }
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return left.length === (right as typeof left).length;
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return left.precision === (right as typeof left).precision;
    case 'ARRAY':
    case 'MULTISET':
      return isSameType(left.element, (right as typeof left).element);
    case 'MAP': {
      const other = right as typeof left;
      return isSameType(left.key, other.key) && isSameType(left.value, other.value);
    }
    case 'ROW': {
      const other = right as typeof left;
      return (
        left.fields.length === other.fields.length && left.fields.every((field, index) => isSameType(field.type, other.fields[index].type))
      );
    }
    default:
      return true;
  }
}
