/**
 * Scalars from the text of a record, by Flink's (Java's) rules: what `Integer.parseInt`, `Double.parseDouble`,
 * `new BigDecimal` and `Boolean.parseBoolean` take, after trimming. Shared by the JSON and CSV formats.
 */
import { digitCount, fitOrNull, parseDecimal, rescale } from '../types/decimal-arithmetic.ts';

/** Not convertible: the reason, without the record. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

const INTEGER = /^[+-]?\d+$/;
const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/;

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-128n, 127n],
  SMALLINT: [-32768n, 32767n],
  INT: [-2147483648n, 2147483647n],
  INTERVAL_YEAR_MONTH: [-2147483648n, 2147483647n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
  INTERVAL_DAY_TIME: [-(2n ** 63n), 2n ** 63n - 1n],
};
/** No integer type takes more digits; longer texts are not even parsed. */
const INTEGER_CHARACTERS_MAX = 400;

export function integerFromText(text: string, kind: string): bigint {
  const trimmed = text.trim();
  if (!INTEGER.test(trimmed) || trimmed.length > INTEGER_CHARACTERS_MAX) throw new ConversionError(`'${shorten(text)}' is no whole number`);
  return checkRange(BigInt(trimmed.replace(/^\+/, '')), kind, text);
}

export function checkRange(value: bigint, kind: string, text: string): bigint {
  const [min, max] = RANGES[kind] as readonly [bigint, bigint];
  if (value < min || value > max) throw new ConversionError(`${shorten(text)} is out of the range of ${kind}`);
  return value;
}

export function doubleFromText(text: string): number {
  const trimmed = text.trim();
  if (!DOUBLE.test(trimmed)) throw new ConversionError(`'${shorten(text)}' is no number`);
  return Number(trimmed.replace(/[fFdD]$/, ''));
}

/** Unscaled value, rounded HALF_UP; null when it has too many digits for its type, as in Flink. */
export function decimalFromText(text: string, precision: number, scale: number): bigint | null {
  const parsed = parseDecimal(withPlainExponent(text.trim()));
  if (parsed === null) throw new ConversionError(`'${shorten(text)}' is no number`);
  if (parsed.unscaled === 0n) return 0n;
  // Digits before the point decide first, so that a huge exponent is never expanded.
  const wholeDigits = digitCount(parsed.unscaled) - parsed.scale;
  if (wholeDigits > precision - scale + 1) return null;
  if (wholeDigits < -scale - 1) return 0n;
  return fitOrNull(rescale(parsed.unscaled, parsed.scale, scale), precision);
}

/** An exponent of any length as one of few digits: what lies beyond 10^±99999 is no number of a DECIMAL anyway. */
function withPlainExponent(text: string): string {
  return text.replace(/[eE]([+-]?)0*(\d+)$/, (_, sign: string, digits: string) => `E${sign}${digits.length > 5 ? '99999' : digits}`);
}

export function booleanFromText(text: string): boolean {
  return text.trim().toLowerCase() === 'true';
}

/** For messages. */
export function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
