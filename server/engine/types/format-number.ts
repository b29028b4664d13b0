/**
 * FLOAT and DOUBLE as Java 17 prints them: 1.0, 1.0E10, NaN, Infinity; the shortest digits that read back as the same number and lie
 * nearer to it than to its neighbours (so the double nearest to 1e23, a tie, is 9.999999999999999E22).
 */
const TIES_FROM = 2 ** 54;

export function formatDouble(value: number): string {
  const shortest = value.toString();
  if (Number.isFinite(value) && Math.abs(value) >= TIES_FROM && isTie(value, shortest)) {
    for (let digits = shortest.replace(/e.*|\D/g, '').length + 1; digits <= 17; digits++) {
      const longer = value.toPrecision(digits);
      if (Number(longer) === value && !isTie(value, longer)) return format(value, longer);
    }
  }
  return format(value, shortest);
}

/** True when the decimal text lies exactly half way to a neighbouring double. */
function isTie(value: number, text: string): boolean {
  const [mantissa, exponent = '0'] = text.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const zeros = Number(exponent) - fraction.length;
  if (zeros < 0) return false;
  const difference = BigInt(whole + fraction) * 10n ** BigInt(zeros) - BigInt(value);
  // The last bit of a double of this size.
  const unit = 1n << BigInt(BigInt(Math.abs(value)).toString(2).length - 53);
  return (difference < 0n ? -difference : difference) * 2n === unit;
}

/** A FLOAT: the shortest digits that read back as the same 32-bit number. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return format(value, value.toString());
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return format(value, Number(text).toString());
  }
  return format(value, Number(value.toPrecision(9)).toString());
}

/** `shortest` is JavaScript's text of the digits to show. */
function format(value: number, shortest: string): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0.0`;
  if (!Number.isFinite(value)) return `${sign}Infinity`;
  const magnitude = Math.abs(value);
  const [mantissa, exponentText] = (shortest.startsWith('-') ? shortest.slice(1) : shortest).split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = all.search(/[1-9]/);
  const digits = all.slice(leading).replace(/0+$/, '');
  // value = d.ddd * 10^exponent
  const exponent = whole.length - 1 - leading + Number(exponentText ?? 0);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    const padded = digits.padEnd(exponent + 1, '0');
    return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
  }
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`;
}
