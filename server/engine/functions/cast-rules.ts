/**
 * Which casts exist: explicit (CAST, TRY_CAST) and implicit (into a sink column, into an argument). Source: Flink's LogicalTypeCasts.
 */
import type { SqlType } from '../types/sql-type.ts';
import {
  integerRank,
  isApproximate,
  isBinary,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isText,
  isTimePoint,
  isTimestamp,
} from '../types/type-families.ts';

/** True when CAST(from AS to) is allowed; a value may still fail at run time. */
export function canCast(from: SqlType, to: SqlType): boolean {
  return canCastBy(from, to, canCastAtom);
}

/** True when a value of `from` may go into a place of type `to` without a CAST: no text parsing, no change of family. */
export function canCastImplicitly(from: SqlType, to: SqlType): boolean {
  return canCastBy(from, to, canCastAtomImplicitly);
}

/** Why CAST(from AS to) does not exist, where Flink gives a hint; null without one. */
export function castHint(from: SqlType, to: SqlType): string | null {
  if (isTimestamp(from) && isNumeric(to))
    return 'A timestamp does not cast to a number; use UNIX_TIMESTAMP(CAST(column AS STRING)) instead.';
  if (isNumeric(from) && isTimestamp(to))
    return 'A number does not cast to a timestamp; use TO_TIMESTAMP_LTZ(number, 0 or 3) or TO_TIMESTAMP(FROM_UNIXTIME(number)) instead.';
  return null;
}

type AtomRule = (from: SqlType, to: SqlType) => boolean;

function canCastBy(from: SqlType, to: SqlType, atom: AtomRule): boolean {
  if (from.kind === 'NULL') return true;
  if (to.kind === 'NULL') return false;
  switch (from.kind) {
    case 'ROW':
      if (to.kind === 'ROW')
        return (
          from.fields.length === to.fields.length && from.fields.every((field, index) => canCastBy(field.type, to.fields[index].type, atom))
        );
      break;
    case 'ARRAY':
    case 'MULTISET':
      if (to.kind === from.kind) return canCastBy(from.element, to.element, atom);
      if (from.kind === 'MULTISET' && to.kind === 'MAP') return canCastBy(from.element, to.key, atom) && to.value.kind === 'INT';
      break;
    case 'MAP':
      if (to.kind === 'MAP') return canCastBy(from.key, to.key, atom) && canCastBy(from.value, to.value, atom);
      if (to.kind === 'MULTISET') return false;
      break;
  }
  return atom(from, to);
}

function canCastAtom(from: SqlType, to: SqlType): boolean {
  if (from.kind === to.kind) return from.kind !== 'ROW' && from.kind !== 'MAP' && from.kind !== 'ARRAY' && from.kind !== 'MULTISET';
  if (isText(to)) return true;
  if (isText(from)) return isNumeric(to) || to.kind === 'BOOLEAN' || isBinary(to) || isTimePoint(to);
  if (isNumeric(from)) return isNumeric(to) || to.kind === 'BOOLEAN' || (isInteger(from) && isInterval(to));
  if (from.kind === 'BOOLEAN') return isNumeric(to);
  if (isBinary(from)) return isBinary(to);
  if (isTimePoint(from))
    return isTimePoint(to) && !(from.kind === 'DATE' && to.kind === 'TIME') && !(from.kind === 'TIME' && to.kind === 'DATE');
  if (isInterval(from)) return isExactNumeric(to);
  return false;
}

function canCastAtomImplicitly(from: SqlType, to: SqlType): boolean {
  if (isText(from) && isText(to)) return true;
  if (isBinary(from) && isBinary(to)) return true;
  if (isInteger(from) && isInteger(to)) return integerRank(from) <= integerRank(to);
  if (isInteger(from)) return to.kind === 'DECIMAL' || isApproximate(to);
  if (from.kind === 'DECIMAL') return to.kind === 'DECIMAL' || isApproximate(to);
  if (isApproximate(from)) return isApproximate(to) && !(from.kind === 'DOUBLE' && to.kind === 'FLOAT');
  if (isTimestamp(from)) return isTimestamp(to);
  if (from.kind === 'DATE') return to.kind === 'DATE' || isTimestamp(to);
  if (from.kind === 'TIME') return to.kind === 'TIME' || isTimestamp(to);
  return from.kind === to.kind && from.kind !== 'ROW' && from.kind !== 'MAP' && from.kind !== 'ARRAY' && from.kind !== 'MULTISET';
}
