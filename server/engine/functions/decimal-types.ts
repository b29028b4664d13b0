/** Result types of arithmetic on DECIMAL. Source: Flink's LogicalTypeMerging (SQL Server's rules, capped at 38 digits). */
import type { SqlType } from '../types/sql-type.ts';
import { asDecimal, DECIMAL_PRECISION_MAX, decimalType } from '../types/type-families.ts';

/** Fraction digits that a capped result keeps at least (when it has as many). */
const SCALE_KEPT = 6;

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export function decimalResultType(operator: ArithmeticOperator, left: SqlType, right: SqlType, nullable: boolean): SqlType {
  const a = asDecimal(left);
  const b = asDecimal(right);
  const aDigits = a.precision - a.scale;
  const bDigits = b.precision - b.scale;
  const scaleMax = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
    case '-':
      return capped(Math.max(aDigits, bDigits) + scaleMax + 1, scaleMax, nullable);
    case '*':
      return capped(a.precision + b.precision + 1, a.scale + b.scale, nullable);
    case '/': {
      const scale = Math.max(SCALE_KEPT, a.scale + b.precision + 1);
      return capped(aDigits + b.scale + scale, scale, nullable);
    }
    case '%':
      return capped(Math.min(aDigits, bDigits) + scaleMax, scaleMax, nullable);
  }
}

/** Result of SUM over a DECIMAL: as many digits as there are. */
export function decimalSumType(type: SqlType, nullable: boolean): SqlType {
  return decimalType(DECIMAL_PRECISION_MAX, asDecimal(type).scale, nullable);
}

export function decimalAverageType(type: SqlType, nullable: boolean): SqlType {
  return decimalType(DECIMAL_PRECISION_MAX, Math.max(SCALE_KEPT, asDecimal(type).scale), nullable);
}

function capped(precision: number, scale: number, nullable: boolean): SqlType {
  if (precision <= DECIMAL_PRECISION_MAX) return decimalType(precision, scale, nullable);
  const digits = precision - scale;
  return decimalType(DECIMAL_PRECISION_MAX, Math.max(DECIMAL_PRECISION_MAX - digits, Math.min(scale, SCALE_KEPT)), nullable);
}
