/**
 * The SQL type that fits all JSON values of a sample. Pure. Numbers without a fraction are BIGINT, others DOUBLE; texts that all look like one of
 * the two timestamp forms of the JSON format are timestamps; objects are rows, arrays are arrays; what does not agree, or is always null, is STRING.
 */
export type Shape =
  | { readonly kind: 'null' | 'boolean' | 'integer' | 'wide' | 'number' | 'string' | 'mixed' }
  | { readonly kind: 'timestamp'; readonly standard: TimestampStandard; readonly isZoned: boolean }
  | { readonly kind: 'row'; readonly fields: ReadonlyMap<string, Shape> }
  | { readonly kind: 'array'; readonly element: Shape };

/** Values of `json.timestamp-format.standard`. */
export type TimestampStandard = 'SQL' | 'ISO-8601';

const INT64_MAX = 2 ** 63;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}([ T])\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z?)$/;

export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean' };
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return { kind: 'number' };
    return { kind: Math.abs(value) < INT64_MAX ? 'integer' : 'wide' };
  }
  if (typeof value === 'string') {
    const match = TIMESTAMP.exec(value);
    return match ? { kind: 'timestamp', standard: match[1] === 'T' ? 'ISO-8601' : 'SQL', isZoned: match[2] === 'Z' } : { kind: 'string' };
  }
  if (Array.isArray(value)) return { kind: 'array', element: value.map(shapeOf).reduce(merge, { kind: 'null' }) };
  return { kind: 'row', fields: new Map(Object.entries(value as object).map(([name, field]) => [name, shapeOf(field)])) };
}

const TEXT = new Set<Shape['kind']>(['string', 'timestamp']);
const NUMBERS = ['integer', 'wide', 'number'] as const;

export function merge(a: Shape, b: Shape): Shape {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'row' && b.kind === 'row') {
    const fields = new Map(a.fields);
    for (const [name, shape] of b.fields) fields.set(name, merge(fields.get(name) ?? { kind: 'null' }, shape));
    return { kind: 'row', fields };
  }
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', element: merge(a.element, b.element) };
  if (a.kind === 'timestamp' && b.kind === 'timestamp' && a.standard === b.standard && a.isZoned === b.isZoned) return a;
  if (TEXT.has(a.kind) && TEXT.has(b.kind)) return { kind: 'string' };
  const [left, right] = [NUMBERS.indexOf(a.kind as 'integer'), NUMBERS.indexOf(b.kind as 'integer')];
  if (left >= 0 && right >= 0) return { kind: NUMBERS[Math.max(left, right)] ?? 'number' };
  return a.kind === b.kind ? a : { kind: 'mixed' };
}

/** Which form the timestamps of a sample have; one table can read one form, so the more frequent one wins. Null = there are none. */
export function timestampStandard(shape: Shape): TimestampStandard | null {
  const count = { SQL: 0, 'ISO-8601': 0 };
  const visit = (one: Shape): void => {
    if (one.kind === 'timestamp') count[one.standard] += 1;
    if (one.kind === 'array') visit(one.element);
    if (one.kind === 'row') for (const field of one.fields.values()) visit(field);
  };
  visit(shape);
  if (count.SQL === 0 && count['ISO-8601'] === 0) return null;
  return count['ISO-8601'] > count.SQL ? 'ISO-8601' : 'SQL';
}

export function typeText(shape: Shape, standard: TimestampStandard | null, quoted: (name: string) => string): string {
  switch (shape.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return 'BIGINT';
    case 'wide':
      return 'DECIMAL(38, 0)';
    case 'number':
      return 'DOUBLE';
    case 'timestamp':
      if (shape.standard !== standard) return 'STRING';
      return shape.isZoned ? 'TIMESTAMP_LTZ(3)' : 'TIMESTAMP(3)';
    case 'array':
      return `ARRAY<${typeText(shape.element, standard, quoted)}>`;
    case 'row': {
      if (shape.fields.size === 0) return 'STRING';
      const fields = [...shape.fields].map(([name, field]) => `${quoted(name)} ${typeText(field, standard, quoted)}`);
      return `ROW<${fields.join(', ')}>`;
    }
    default:
      return 'STRING';
  }
}
