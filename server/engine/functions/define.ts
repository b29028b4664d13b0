/**
 * How most scalar functions are declared: a parameter list of families, a result type and a computation. A family says which
 * type an argument is cast to, or that it does not fit. The result is nullable when an argument is, or always (`mayBeNull`).
 */

import { withoutAttribute } from '../types/coercion.ts';
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { toUtf8 } from '../types/text-bytes.ts';
import {
  bytesType,
  decimalType,
  isBinary,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isText,
  isTimePoint,
  isTimestamp,
  simpleType,
  textType,
} from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import type { BoundCall, CallOptions, EvaluatedCall, FunctionContext, FunctionRefusal, ScalarFunction } from './contract.ts';

/** The type that an argument of this type is cast to, or null when it does not fit. */
export type Family = (type: SqlType) => SqlType | null;

export interface Definition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly signature: string;
  readonly parameters: readonly Family[];
  /** How many parameters at the end may be left out. */
  readonly optional?: number;
  /** Family of all further arguments. */
  readonly rest?: Family;
  /** Result type (its nullability is set here), or how it follows from the coerced arguments. */
  readonly result: SqlType | ((args: readonly SqlType[], literals: readonly (Value | undefined)[], options: CallOptions) => SqlType);
  readonly mayBeNull?: boolean;
  /** False: evaluate sees NULLs, and the result type's own nullability counts. */
  readonly isStrict?: boolean;
  readonly isDeterministic?: boolean;
  /** Flink's works on the bytes of its texts, so that it sees `?` for half a surrogate pair. */
  readonly readsBytes?: boolean;
  evaluate(args: readonly Value[], call: EvaluatedCall, context: FunctionContext): Value;
}

export function define(definition: Definition): ScalarFunction {
  const { parameters, optional = 0, rest, isStrict = true } = definition;
  return {
    name: definition.name,
    ...(definition.aliases ? { aliases: definition.aliases } : {}),
    isDeterministic: definition.isDeterministic ?? true,
    signature: definition.signature,
    isStrict,
    bind(args, literals, options): BoundCall | FunctionRefusal {
      if (args.length < parameters.length - optional || (rest === undefined && args.length > parameters.length))
        return refuseCall(definition, args);
      const argumentTypes: SqlType[] = [];
      for (let i = 0; i < args.length; i++) {
        const coerced = (parameters[i] ?? (rest as Family))(args[i]);
        if (coerced === null) return refuseCall(definition, args);
        argumentTypes.push(withNullability(withoutAttribute(coerced), args[i].nullable));
      }
      const result = typeof definition.result === 'function' ? definition.result(argumentTypes, literals, options) : definition.result;
      if (!isStrict) return { argumentTypes, type: result };
      return { argumentTypes, type: withNullability(result, definition.mayBeNull === true || args.some((type) => type.nullable)) };
    },
    evaluate: definition.readsBytes
      ? (args, call, context) => definition.evaluate(inUtf8(args), call, context)
      : (args, call, context) => definition.evaluate(args, call, context),
  };
}

/** Arguments with `?` for each half of a surrogate pair. */
export function inUtf8(args: readonly Value[]): readonly Value[] {
  return args.map((value) => (typeof value === 'string' ? toUtf8(value) : value));
}

/** One sentence: what was given, how it should be written. */
export function refuseCall(target: { readonly name: string; readonly signature: string }, args: readonly SqlType[]): FunctionRefusal {
  return { refusal: `${target.name} does not take (${args.map(formatType).join(', ')}); write ${target.signature}` };
}

const orNull =
  (accepts: (type: SqlType) => boolean, target: (type: SqlType) => SqlType): Family =>
  (type) =>
    type.kind === 'NULL' || accepts(type) ? target(type) : null;

/** CHAR and VARCHAR stay as they are. */
export const text: Family = orNull(isText, (type) => (type.kind === 'NULL' ? textType(true) : type));
export const textOrBinary: Family = orNull(
  (type) => isText(type) || isBinary(type),
  (type) => (type.kind === 'NULL' ? textType(true) : type),
);
export const binary: Family = orNull(isBinary, (type) => (type.kind === 'NULL' ? bytesType(true) : type));
export const boolean: Family = orNull(
  (type) => type.kind === 'BOOLEAN',
  () => simpleType('BOOLEAN', true),
);
/** TINYINT, SMALLINT, INT as INT. */
export const int: Family = orNull(
  (type) => isInteger(type) && type.kind !== 'BIGINT',
  () => simpleType('INT', true),
);
/** Any integer as BIGINT. */
export const bigint: Family = orNull(isInteger, () => simpleType('BIGINT', true));
/** Any integer, kept. */
export const integer: Family = orNull(isInteger, (type) => (type.kind === 'NULL' ? simpleType('INT', true) : type));
export const double: Family = orNull(isNumeric, () => simpleType('DOUBLE', true));
export const numeric: Family = orNull(isNumeric, (type) => (type.kind === 'NULL' ? simpleType('INT', true) : type));
/** Integers become DECIMALs. */
export const decimal: Family = orNull(isExactNumeric, (type) => (type.kind === 'DECIMAL' ? type : decimalType(19, 0, true)));
export const date: Family = orNull(
  (type) => type.kind === 'DATE' || isTimestamp(type),
  () => simpleType('DATE', true),
);
export const timestamp: Family = orNull(isTimestamp, (type) =>
  type.kind === 'NULL' ? { kind: 'TIMESTAMP', precision: 3, nullable: true } : type,
);
export const timePoint: Family = orNull(isTimePoint, (type) =>
  type.kind === 'NULL' ? { kind: 'TIMESTAMP', precision: 3, nullable: true } : type,
);
export const interval: Family = orNull(isInterval, (type) => (type.kind === 'NULL' ? { kind: 'INTERVAL_DAY_TIME', nullable: true } : type));
export const any: Family = (type) => type;
export const array: Family = (type) => (type.kind === 'ARRAY' ? type : null);
export const map: Family = (type) => (type.kind === 'MAP' ? type : null);

export const BOOLEAN: SqlType = { kind: 'BOOLEAN', nullable: true };
export const INT: SqlType = { kind: 'INT', nullable: true };
export const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
export const DOUBLE: SqlType = { kind: 'DOUBLE', nullable: true };
export const DATE: SqlType = { kind: 'DATE', nullable: true };
export const STRING: SqlType = textType(true);
export const BYTES: SqlType = bytesType(true);

export function timestampType(precision: number, nullable = true): SqlType {
  return { kind: 'TIMESTAMP', precision, nullable };
}

export function timestampLtzType(precision: number, nullable = true): SqlType {
  return { kind: 'TIMESTAMP_LTZ', precision, nullable };
}
