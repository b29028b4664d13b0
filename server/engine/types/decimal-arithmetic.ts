/**
 * Arithmetic on unscaled bigints. All roundings are HALF_UP (away from zero at .5), as Java's BigDecimal in Flink's
 * DecimalDataUtils; a result with more digits than its type is NULL.
 */

const POWERS: bigint[] = [1n];

/** 10^exponent, exponent >= 0. */
export function powerOfTen(exponent: number): bigint {
  while (POWERS.length <= exponent) POWERS.push(POWERS[POWERS.length - 1] * 10n);
  return POWERS[exponent];
}

/** numerator / denominator rounded HALF_UP; denominator not 0. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const isNegative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = (2n * n + d) / (2n * d);
  return isNegative ? -quotient : quotient;
}

/** The same number at another scale, rounded HALF_UP. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to === from) return unscaled;
  return to > from ? unscaled * powerOfTen(to - from) : divideHalfUp(unscaled, powerOfTen(from - to));
}

/** The value when it has at most `precision` digits, else null. */
export function fitOrNull(unscaled: bigint, precision: number): bigint | null {
  const limit = powerOfTen(precision);
  return unscaled < limit && unscaled > -limit ? unscaled : null;
}

export function digitCount(unscaled: bigint): number {
  const text = unscaled.toString();
  return unscaled < 0n ? text.length - 1 : text.length;
}

/** Significant digits that Flink's decimal division keeps before the result is brought to its scale. */
const DIVISION_DIGITS = 38;

/** a / b (scales sa, sb) at `scale`: first 38 significant digits, then the scale, each rounded HALF_UP. b is not 0. */
export function divideDecimals(a: bigint, sa: number, b: bigint, sb: number, scale: number): bigint {
  if (a === 0n) return 0n;
  let extra = Math.max(0, DIVISION_DIGITS + digitCount(b) - digitCount(a));
  const numerator = a * powerOfTen(extra);
  const digits = digitCount(numerator / b);
  extra -= Math.max(0, digits - DIVISION_DIGITS);
  const exact = extra >= 0 ? divideHalfUp(a * powerOfTen(extra), b) : divideHalfUp(a, b * powerOfTen(-extra));
  // exact * 10^-(extra + sa - sb)
  const from = extra + sa - sb;
  return from >= scale ? divideHalfUp(exact, powerOfTen(from - scale)) : exact * powerOfTen(scale - from);
}

/** Plain notation: -12.30 for (-1230, 2). */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale <= 0) return (unscaled * powerOfTen(-scale)).toString();
  const isNegative = unscaled < 0n;
  const digits = (isNegative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${isNegative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export interface ParsedDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Java's BigDecimal(String): sign, digits, point, exponent; null when the text is none. Scale may be negative. */
export function parseDecimal(text: string): ParsedDecimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const whole = match[2];
  const fraction = match[3] ?? '';
  if (whole.length + fraction.length === 0) return null;
  const digits = BigInt(whole + fraction);
  return { unscaled: match[1] === '-' ? -digits : digits, scale: fraction.length - Number(match[4] ?? 0) };
}

/** The nearest DOUBLE. */
export function decimalToNumber(unscaled: bigint, scale: number): number {
  if (scale === 0) return Number(unscaled);
  return Number(formatDecimal(unscaled, scale));
}
