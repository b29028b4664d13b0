/** Inline forms of functions on texts: those that only look at bytes or name a part of them, and DATE_FORMAT with a constant pattern. */
import { formatByPattern, granularityOf } from '../functions/date-format.ts';
import type { Expression } from '../planner/expression.ts';
import { type SqlType, timestampUnitsPerSecond } from '../types/sql-type.ts';
import { timeZoneOf } from '../types/time-zone.ts';
import { nanosOfMilli, toLocal, toMillis } from '../types/timestamps.ts';
import { isText } from '../types/type-families.ts';
import type { Compiler } from './compiler.ts';
import type { CallExpression } from './interpreter.ts';
import { toDouble } from './kernels.ts';
import type { BytesSlot, PrimSlot, Slot } from './slots.ts';

export function inlineText(compiler: Compiler, call: CallExpression): Slot | null {
  switch (call.function) {
    case 'CHAR_LENGTH':
      return characterLength(compiler, call);
    case 'LIKE':
      return like(compiler, call);
    case 'SPLIT_INDEX':
      return splitIndex(compiler, call);
    case 'SUBSTRING':
      return substring(compiler, call);
    case 'DATE_FORMAT':
      return dateFormat(compiler, call);
    default:
      return null;
  }
}

/** The argument as bytes, when it is an input column or a part of one; null for computed texts. */
function bytesOf(compiler: Compiler, expression: Expression): BytesSlot | null {
  if (!isText(expression.type)) return null;
  const slot = compiler.compile(expression);
  return slot.form === 'bytes' ? slot : null;
}

function constantText(expression: Expression | undefined): string | null {
  return expression?.kind === 'literal' && typeof expression.value === 'string' ? expression.value : null;
}

function constantInteger(expression: Expression | undefined): number | null {
  return expression?.kind === 'literal' && typeof expression.value === 'number' ? expression.value : null;
}

function characterLength(compiler: Compiler, call: CallExpression): PrimSlot | null {
  const text = bytesOf(compiler, call.args[0]);
  if (text === null) return null;
  const v = compiler.emitter.constant(`${text.n} ? 0 : h.characterCount(${text.d}, ${text.o}, ${text.l})`);
  return { form: 'prim', lane: 'i32', v, n: text.n };
}

/** Patterns of the forms text, text%, %text, %text%. */
function like(compiler: Compiler, call: CallExpression): PrimSlot | null {
  const pattern = call.args.length === 2 ? constantText(call.args[1]) : null;
  const match = pattern === null ? null : /^(%?)([^%_\\]*)(%?)$/.exec(pattern);
  if (match === null) return null;
  const text = bytesOf(compiler, call.args[0]);
  if (text === null) return null;
  const [, before, part, after] = match;
  const bytes = compiler.emitter.bind(new TextEncoder().encode(part));
  const range = `${text.d}, ${text.o}, ${text.l}`;
  const test =
    before && after
      ? `h.bytesContain(${range}, ${bytes})`
      : before
        ? `h.bytesEndWith(${range}, ${bytes})`
        : after
          ? `h.bytesStartWith(${range}, ${bytes})`
          : `h.bytesEqual(${range}, ${bytes}, 0, ${bytes}.length)`;
  return { form: 'prim', lane: 'bool', v: compiler.emitter.constant(`!(${text.n}) && ${test}`), n: text.n };
}

/** SPLIT_INDEX(text, 'c', index) with one ASCII character: the part lies in the text itself. */
function splitIndex(compiler: Compiler, call: CallExpression): BytesSlot | null {
  const separator = constantText(call.args[1]);
  const index = constantInteger(call.args[2]);
  if (separator === null || separator.length !== 1 || separator.charCodeAt(0) > 0x7f || index === null || index < 0) return null;
  const text = bytesOf(compiler, call.args[0]);
  if (text === null) return null;
  const { emitter } = compiler;
  const end = emitter.constant(`${text.o} + ${text.l}`);
  const code = separator.charCodeAt(0);
  // An empty text has no parts.
  const start = emitter.constant(`${text.n} || ${text.l} === 0 ? -1 : h.partStart(${text.d}, ${text.o}, ${end}, ${code}, ${index})`);
  const length = emitter.constant(`${start} < 0 ? 0 : h.partEnd(${text.d}, ${start}, ${end}, ${code}) - ${start}`);
  return { form: 'bytes', d: text.d, o: start, l: length, n: emitter.constant(`${start} < 0`), source: text.source };
}

/** SUBSTRING(text, start[, length]) with a constant positive start and a constant length. */
function substring(compiler: Compiler, call: CallExpression): BytesSlot | null {
  const start = constantInteger(call.args[1]);
  const length = call.args.length > 2 ? constantInteger(call.args[2]) : -1;
  if (start === null || start < 1 || length === null || (call.args.length > 2 && length < 0)) return null;
  const text = bytesOf(compiler, call.args[0]);
  if (text === null) return null;
  const { emitter } = compiler;
  const end = emitter.constant(`${text.n} ? 0 : ${text.o} + ${text.l}`);
  const from = emitter.constant(`${text.n} ? 0 : h.skipCharacters(${text.d}, ${text.o}, ${end}, ${start - 1})`);
  const to = call.args.length > 2 ? emitter.constant(`h.skipCharacters(${text.d}, ${from}, ${end}, ${length})`) : end;
  return { form: 'bytes', d: text.d, o: from, l: emitter.constant(`${to} - ${from}`), n: text.n, source: text.source };
}

function dateFormat(compiler: Compiler, call: CallExpression): Slot | null {
  const pattern = constantText(call.args[1]);
  const { type } = call.args[0];
  if (pattern === null || (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ')) return null;
  const time = compiler.prim(call.args[0]);
  const format = compiler.emitter.bind(rememberingFormatter(pattern, type, compiler.context.timeZone));
  return { form: 'value', v: compiler.emitter.constant(`${time.n} ? null : ${format}(${time.v})`) };
}

/** Neighbouring rows often give the same text: the last one is kept for as long as it cannot change. */
function rememberingFormatter(
  pattern: string,
  type: Extract<SqlType, { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }>,
  timeZone: string,
): (value: bigint) => string {
  const { precision } = type;
  const zone = type.kind === 'TIMESTAMP_LTZ' ? timeZoneOf(timeZone) : null;
  const run = (value: bigint) => {
    const local = zone === null ? value : toLocal(value, precision, zone);
    return formatByPattern(pattern, toMillis(local, precision), nanosOfMilli(local, precision));
  };
  // Zones change by whole quarters of an hour at the finest.
  const granularity = Math.min(granularityOf(pattern), zone === null ? Number.POSITIVE_INFINITY : 900_000);
  const units = (granularity * Number(timestampUnitsPerSecond(precision))) / 1000;
  let key = Number.NaN;
  let text = '';
  return (value) => {
    const double = toDouble(value);
    if (precision > 6 || Math.abs(double) > 2 ** 53) return run(value);
    const current = Math.floor(double / units);
    if (current !== key) {
      text = run(value);
      key = current;
    }
    return text;
  };
}
