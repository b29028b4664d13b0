/**
 * Literals: their types (Calcite's rules: the precision of a decimal is its count of digits as written) and their values in lane
 * units (types/sql-type.ts).
 */
import type { Expr, IntervalUnit, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { Expression } from './expression.ts';

export type LiteralExpression = Extract<Expression, { kind: 'literal' }>;

export function literal(value: Value, type: SqlType): LiteralExpression {
  return { kind: 'literal', value, type };
}

export const BIGINT_NOT_NULL: SqlType = { kind: 'BIGINT', nullable: false };
export const BOOLEAN_TYPE: SqlType = { kind: 'BOOLEAN', nullable: true };

export function bigintLiteral(value: number): LiteralExpression {
  return literal(BigInt(value), BIGINT_NOT_NULL);
}

/** `text` may carry a leading minus (folded from a unary minus). */
export function numberLiteral(text: string, span: Span): LiteralExpression {
  if (/[eE]/.test(text)) return literal(Number(text), { kind: 'DOUBLE', nullable: false });
  const body = text.startsWith('-') ? text.slice(1) : text;
  const dot = body.indexOf('.');
  if (dot < 0) {
    const value = BigInt(text);
    if (value >= -2147483648n && value <= 2147483647n) return literal(Number(value), { kind: 'INT', nullable: false });
    if (value >= -(2n ** 63n) && value < 2n ** 63n) return literal(value, BIGINT_NOT_NULL);
    if (body.length > 38) throw new SqlError(`The number ${text} has more than 38 digits.`, span);
    return literal(value, { kind: 'DECIMAL', precision: body.length, scale: 0, nullable: false });
  }
  const scale = body.length - dot - 1;
  const precision = Math.max(body.length - 1, 1);
  if (precision > 38) throw new SqlError(`The number ${text} has more than 38 digits.`, span);
  const unscaled = BigInt(text.replace('.', '') === '-' ? '0' : text.replace('.', ''));
  return literal(unscaled, { kind: 'DECIMAL', precision, scale, nullable: false });
}

export function stringLiteral(value: string): LiteralExpression {
  return literal(value, { kind: 'CHAR', length: [...value].length, nullable: false });
}

export function binaryLiteral(hex: string, span: Span): LiteralExpression {
  if (hex.length % 2 !== 0 || /[^0-9a-fA-F]/.test(hex))
    throw new SqlError('A binary literal needs an even count of hexadecimal digits.', span);
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
  return literal(bytes, { kind: 'BINARY', length: bytes.length, nullable: false });
}

const DAY_MS = 86_400_000;

export function timeLiteral(node: Extract<Expr, { kind: 'timeLiteral' }>): LiteralExpression {
  const text = node.text.trim();
  const refuse = (format: string): never => {
    throw new SqlError(`Illegal ${node.type} literal '${node.text}': not in format '${format}'.`, node);
  };
  if (node.type === 'DATE') {
    const days = dateDays(text);
    return days === null ? refuse('yyyy-MM-dd') : literal(days, { kind: 'DATE', nullable: false });
  }
  if (node.type === 'TIME') {
    const time = timeOfDay(text);
    if (time === null) return refuse('HH:mm:ss');
    return literal(time.ms, { kind: 'TIME', precision: Math.min(time.fraction.length, 3), nullable: false });
  }
  const split = text.indexOf(' ');
  const days = dateDays(split < 0 ? text : text.slice(0, split));
  const time = timeOfDay(split < 0 ? '' : text.slice(split + 1));
  if (days === null || time === null) return refuse('yyyy-MM-dd HH:mm:ss');
  const precision = time.fraction.length;
  const nanos = BigInt(time.fraction.padEnd(9, '0').slice(0, 9) || '0');
  const seconds = BigInt(days) * 86_400n + BigInt(Math.floor(time.ms / 1000));
  const unit = precision <= 3 ? 1_000n : precision <= 6 ? 1_000_000n : 1_000_000_000n;
  const value = seconds * unit + nanos / (1_000_000_000n / unit);
  return literal(value, { kind: node.type, precision: Math.min(precision, 9), nullable: false });
}

function dateDays(text: string): number | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.round(date.getTime() / DAY_MS);
}

function timeOfDay(text: string): { readonly ms: number; readonly fraction: string } | null {
  const match = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = match[4] ?? '';
  const ms = ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3) || '0');
  return { ms, fraction };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  WEEK: 7 * DAY_MS,
  DAY: DAY_MS,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
  MILLISECOND: 1,
};
const UNIT_MONTHS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };
const DAY_TIME_ORDER: readonly IntervalUnit[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

export function intervalLiteral(node: Extract<Expr, { kind: 'interval' }>): LiteralExpression {
  const text = node.text.trim();
  const isInnerNegative = text.startsWith('-');
  const body = isInnerNegative || text.startsWith('+') ? text.slice(1).trim() : text;
  const sign = isInnerNegative !== node.isNegative ? -1 : 1;
  const qualifier = node.to === null ? node.from : `${node.from} TO ${node.to}`;
  const refuse = (): never => {
    throw new SqlError(`'${node.text}' is no interval of ${qualifier}.`, node);
  };
  if (node.from in UNIT_MONTHS) {
    const months = monthsOf(body, node.from, node.to) ?? refuse();
    return literal(sign * months + 0, { kind: 'INTERVAL_YEAR_MONTH', nullable: false });
  }
  const ms = (node.to === null ? singleUnitMs(body, node.from) : dayTimeMs(body, node.from, node.to)) ?? refuse();
  return literal(BigInt(sign * ms), { kind: 'INTERVAL_DAY_TIME', nullable: false });
}

function monthsOf(body: string, from: IntervalUnit, to: IntervalUnit | null): number | null {
  if (to === null) return /^\d+$/.test(body) ? Number(body) * (UNIT_MONTHS[from] as number) : null;
  const match = /^(\d+)-(\d+)$/.exec(body);
  return match && Number(match[2]) < 12 ? Number(match[1]) * 12 + Number(match[2]) : null;
}

function singleUnitMs(body: string, unit: IntervalUnit): number | null {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(body);
  if (!match || (match[2] !== undefined && unit !== 'SECOND')) return null;
  const fraction = match[2] === undefined ? 0 : Number(match[2].padEnd(3, '0').slice(0, 3));
  return Number(match[1]) * (UNIT_MS[unit] as number) + fraction;
}

function dayTimeMs(body: string, from: IntervalUnit, to: IntervalUnit): number | null {
  const units = DAY_TIME_ORDER.slice(DAY_TIME_ORDER.indexOf(from), DAY_TIME_ORDER.indexOf(to) + 1);
  const parts = body.split(/[ :]+/);
  if (parts.length !== units.length) return null;
  let total = 0;
  for (const [index, unit] of units.entries()) {
    const ms = singleUnitMs(parts[index] as string, unit);
    if (ms === null) return null;
    total += ms;
  }
  return total;
}
