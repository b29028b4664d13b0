/** Functions on texts. Positions count characters (code points) from 1 unless said otherwise. Source: Flink's SqlFunctionUtils and BinaryStringData. */

import { codePointLength, offsetByCodePoints } from '../types/code-points.ts';
import { concatenatedLength } from '../types/coercion.ts';
import { type SqlType, withNullability } from '../types/sql-type.ts';
import { toUtf8 } from '../types/text-bytes.ts';
import { isBinary, isText } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import { decodeCharset, encodeCharset } from './charsets.ts';
import type { ScalarFunction } from './contract.ts';
import { BOOLEAN, BYTES, bigint, binary, define, INT, int, refuseCall, STRING, text, textOrBinary } from './define.ts';

const concatOperator: ScalarFunction = {
  name: '||',
  isDeterministic: true,
  signature: 'text || text',
  bind(args) {
    const nullable = args.some((type) => type.nullable);
    if (args.length === 2 && args.every(isBinary))
      return { argumentTypes: args, type: { kind: 'VARBINARY', length: concatenatedLength(lengths(args)), nullable } };
    if (args.length < 2 || !args.every((type) => text(type) !== null)) return refuseCall(this, args);
    const kind = args.every((type) => type.kind === 'CHAR') ? 'CHAR' : 'VARCHAR';
    const argumentTypes = args.map((type) => withNullability(text(type) as SqlType, type.nullable));
    return { argumentTypes, type: { kind, length: concatenatedLength(lengths(argumentTypes)), nullable } };
  },
  evaluate(args) {
    if (args[0] instanceof Uint8Array) return new Uint8Array(Buffer.concat(args as Uint8Array[]));
    return args.join('');
  },
};

function lengths(types: readonly SqlType[]): number[] {
  return types.map((type) => (type as { length: number }).length);
}

/** Flink's substring: a start of 0 counts as 1, a negative one from the end; a start before the text gives ''. */
export function substring(value: string, start: number, length: number | null): string {
  const size = codePointLength(value);
  const from = start > 0 ? start - 1 : start < 0 ? size + start : 0;
  if (from < 0 || from >= size || (length !== null && length <= 0)) return '';
  const begin = offsetByCodePoints(value, 0, from);
  return length === null ? value.slice(begin) : value.slice(begin, offsetByCodePoints(value, begin, length));
}

function substringOfBytes(value: Uint8Array, start: number, length: number | null): Uint8Array {
  const from = start > 0 ? start - 1 : start < 0 ? value.length + start : 0;
  if (from < 0 || from >= value.length || (length !== null && length <= 0)) return new Uint8Array(0);
  return value.slice(from, length === null ? undefined : from + length);
}

/** Character position (from 1) of the first `part` at or after character `from`; 0 when there is none. */
function positionOf(part: string, value: string, from: number): number {
  if (part === '') return 1;
  if (from < 1) return 0;
  const at = value.indexOf(part, offsetByCodePoints(value, 0, from - 1));
  return at < 0 ? 0 : codePointLength(value.slice(0, at)) + 1;
}

/** INSTR(text, part[, start[, occurrence]]): a negative start searches backwards from that character of the end. */
function instr(value: string, part: string, start: number, occurrence: number): number {
  if (part === '') return 1;
  if (start === 0 || occurrence < 1) return 0;
  const characters = Array.from(value);
  const wanted = Array.from(part);
  const step = start > 0 ? 1 : -1;
  let left = occurrence;
  for (let at = start > 0 ? start - 1 : characters.length + start; at >= 0 && at < characters.length; at += step) {
    if (wanted.every((character, i) => characters[at + i] === character) && --left === 0) return at + 1;
  }
  return 0;
}

function trim(value: string, characters: string, side: string): string {
  const set = new Set(characters);
  const units = Array.from(value);
  let from = 0;
  let to = units.length;
  if (side !== 'TRAILING') while (from < to && set.has(units[from])) from++;
  if (side !== 'LEADING') while (to > from && set.has(units[to - 1])) to--;
  return units.slice(from, to).join('');
}

/** Counts UTF-16 units, as Flink's does. */
function pad(value: string, length: number, padding: string, isLeft: boolean): string | null {
  if (length < 0 || padding === '') return null;
  if (length <= value.length) return value.slice(0, length);
  const missing = length - value.length;
  const filling = padding.repeat(Math.ceil(missing / padding.length)).slice(0, missing);
  return isLeft ? filling + value : value + filling;
}

function overlay(value: string, replacement: string, start: number, length: number): string {
  if (start <= 0 || start > value.length) return value;
  return value.slice(0, start - 1) + replacement + value.slice(Math.max(0, start - 1 + length));
}

/** Words are runs of ASCII letters and digits. */
function initcap(value: string): string {
  return value.replace(/[A-Za-z0-9]+/g, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase());
}

/** Parts between separators; with an empty separator the text itself. */
function splitIndex(value: string, separator: string | number, index: number): string | null {
  if (index < 0) return null;
  const mark = typeof separator === 'number' ? (separator > 255 || separator < 1 ? null : String.fromCharCode(separator)) : separator;
  if (mark === null || value === '') return null;
  const parts = mark === '' ? value.split(/\s+/) : value.split(mark);
  return parts[index] ?? null;
}

const oneText = (name: string, result: SqlType, evaluate: (value: string) => Value, aliases: readonly string[] = []): ScalarFunction =>
  define({ name, aliases, signature: `${name}(text)`, parameters: [text], result, evaluate: ([value]) => evaluate(value as string) });

const trimSide = (name: string, side: string): ScalarFunction =>
  define({
    name,
    signature: `${name}(text[, characters])`,
    parameters: [text, text],
    optional: 1,
    readsBytes: true,
    result: STRING,
    evaluate: ([value, characters]) => trim(value as string, (characters ?? ' ') as string, side),
  });

const padSide = (name: string, isLeft: boolean): ScalarFunction =>
  define({
    name,
    signature: `${name}(text, length, padding)`,
    parameters: [text, int, text],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, length, padding]) => pad(value as string, length as number, padding as string, isLeft),
  });

const affix = (
  name: string,
  test: (value: string, part: string) => boolean,
  testBytes: (value: Uint8Array, part: Uint8Array) => boolean,
): ScalarFunction =>
  define({
    name,
    signature: `${name}(text, part)`,
    parameters: [textOrBinary, textOrBinary],
    readsBytes: true,
    result: BOOLEAN,
    evaluate: ([value, part]) =>
      typeof value === 'string' ? test(value, part as string) : testBytes(value as Uint8Array, part as Uint8Array),
  });

const bytesMatch = (value: Uint8Array, part: Uint8Array, at: number) => at >= 0 && part.every((byte, i) => value[at + i] === byte);

export const TEXT_FUNCTIONS: readonly ScalarFunction[] = [
  concatOperator,
  oneText('UPPER', STRING, (value) => value.toUpperCase(), ['UCASE']),
  oneText('LOWER', STRING, (value) => value.toLowerCase(), ['LCASE']),
  oneText('CHAR_LENGTH', INT, codePointLength, ['CHARACTER_LENGTH', 'LENGTH']),
  define({
    name: 'OCTET_LENGTH',
    signature: 'OCTET_LENGTH(text)',
    parameters: [textOrBinary],
    readsBytes: true,
    result: INT,
    evaluate: ([value]) => (typeof value === 'string' ? Buffer.byteLength(value) : (value as Uint8Array).length),
  }),
  oneText('INITCAP', STRING, initcap),
  oneText('REVERSE', STRING, (value) => Array.from(toUtf8(value)).reverse().join('')),
  oneText('ASCII', INT, (value) => (value === '' ? 0 : (Buffer.from(toUtf8(value))[0] << 24) >> 24)),
  define({
    name: 'TRIM',
    signature: 'TRIM([BOTH | LEADING | TRAILING] [characters FROM] text)',
    parameters: [text, text],
    optional: 1,
    readsBytes: true,
    result: STRING,
    evaluate: ([value, characters], call) => trim(value as string, (characters ?? ' ') as string, String(call.options.side ?? 'BOTH')),
  }),
  trimSide('LTRIM', 'LEADING'),
  trimSide('RTRIM', 'TRAILING'),
  trimSide('BTRIM', 'BOTH'),
  define({
    name: 'SUBSTRING',
    aliases: ['SUBSTR'],
    signature: 'SUBSTRING(text, start[, length])',
    parameters: [textOrBinary, int, int],
    optional: 1,
    readsBytes: true,
    result: ([value]) => (isBinary(value) ? BYTES : STRING),
    evaluate: ([value, start, length]) =>
      typeof value === 'string'
        ? substring(value, start as number, (length ?? null) as number | null)
        : substringOfBytes(value as Uint8Array, start as number, (length ?? null) as number | null),
  }),
  define({
    name: 'LEFT',
    signature: 'LEFT(text, length)',
    parameters: [text, int],
    readsBytes: true,
    result: STRING,
    evaluate: ([value, length]) => substring(value as string, 1, length as number),
  }),
  define({
    name: 'RIGHT',
    signature: 'RIGHT(text, length)',
    parameters: [text, int],
    readsBytes: true,
    result: STRING,
    evaluate([value, length]) {
      const size = codePointLength(value as string);
      return (length as number) <= 0 ? '' : (length as number) >= size ? value : substring(value as string, -(length as number), null);
    },
  }),
  padSide('LPAD', true),
  padSide('RPAD', false),
  define({
    name: 'REPEAT',
    signature: 'REPEAT(text, times)',
    parameters: [text, int],
    result: STRING,
    evaluate: ([value, times]) => (value as string).repeat(Math.max(0, times as number)),
  }),
  define({
    name: 'REPLACE',
    signature: 'REPLACE(text, part, replacement)',
    parameters: [text, text, text],
    result: STRING,
    evaluate: ([value, part, replacement]) => (value as string).replaceAll(part as string, () => replacement as string),
  }),
  define({
    name: 'TRANSLATE',
    aliases: ['TRANSLATE3'],
    signature: 'TRANSLATE(text, from, to)',
    parameters: [text, text, text],
    result: STRING,
    evaluate([value, from, to]) {
      const [source, target] = [Array.from(from as string), Array.from(to as string)];
      return Array.from(value as string, (character) => {
        const at = source.indexOf(character);
        return at < 0 ? character : (target[at] ?? '');
      }).join('');
    },
  }),
  define({
    name: 'CHR',
    signature: 'CHR(code)',
    parameters: [bigint],
    result: STRING,
    evaluate: ([code]) => ((code as bigint) < 0n ? '' : String.fromCharCode(Number((code as bigint) & 0xffn))),
  }),
  define({
    name: 'OVERLAY',
    signature: 'OVERLAY(text PLACING replacement FROM start [FOR length])',
    parameters: [text, text, int, int],
    optional: 1,
    result: STRING,
    evaluate: ([value, replacement, start, length]) =>
      overlay(value as string, replacement as string, start as number, (length ?? (replacement as string).length) as number),
  }),
  define({
    name: 'POSITION',
    signature: 'POSITION(part IN text [FROM start])',
    parameters: [text, text, int],
    optional: 1,
    readsBytes: true,
    result: INT,
    evaluate: ([part, value, from]) => positionOf(part as string, value as string, (from ?? 1) as number),
  }),
  define({
    name: 'LOCATE',
    signature: 'LOCATE(part, text[, start])',
    parameters: [text, text, int],
    optional: 1,
    readsBytes: true,
    result: INT,
    evaluate: ([part, value, from]) => positionOf(part as string, value as string, (from ?? 1) as number),
  }),
  define({
    name: 'INSTR',
    signature: 'INSTR(text, part[, start[, occurrence]])',
    parameters: [text, text, int, int],
    optional: 2,
    readsBytes: true,
    result: INT,
    evaluate: ([value, part, start, occurrence]) =>
      instr(value as string, part as string, (start ?? 1) as number, (occurrence ?? 1) as number),
  }),
  define({
    name: 'CONCAT',
    signature: 'CONCAT(text, …)',
    parameters: [text],
    rest: text,
    readsBytes: true,
    result: STRING,
    evaluate: (args) => args.join(''),
  }),
  define({
    name: 'CONCAT_WS',
    signature: 'CONCAT_WS(separator, text, …)',
    parameters: [text, text],
    rest: text,
    isStrict: false,
    readsBytes: true,
    result: ([separator]) => withNullability(STRING, separator.nullable),
    evaluate: ([separator, ...parts]) => (separator === null ? null : parts.filter((part) => part !== null).join(separator as string)),
  }),
  affix(
    'STARTSWITH',
    (value, part) => value.startsWith(part),
    (value, part) => bytesMatch(value, part, 0),
  ),
  affix(
    'ENDSWITH',
    (value, part) => value.endsWith(part),
    (value, part) => bytesMatch(value, part, value.length - part.length),
  ),
  define({
    name: 'SPLIT_INDEX',
    signature: 'SPLIT_INDEX(text, separator, index) with index from 0',
    parameters: [text, (type) => (isText(type) ? text(type) : int(type)), int],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, separator, index]) => splitIndex(value as string, separator as string | number, index as number),
  }),
  define({
    name: 'ENCODE',
    signature: 'ENCODE(text, charset)',
    parameters: [text, text],
    readsBytes: true,
    result: BYTES,
    mayBeNull: true,
    evaluate: ([value, charset]) => encodeCharset(value as string, charset as string),
  }),
  define({
    name: 'DECODE',
    signature: 'DECODE(bytes, charset)',
    parameters: [binary, text],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, charset]) => decodeCharset(value as Uint8Array, charset as string),
  }),
  define({
    name: 'ELT',
    signature: 'ELT(index, text, …)',
    parameters: [bigint, textOrBinary],
    rest: textOrBinary,
    isStrict: false,
    result: ([, first]) => withNullability(isBinary(first) ? BYTES : STRING, true),
    evaluate: ([index, ...items]) => (index === null ? null : (items[Number(index) - 1] ?? null)),
  }),
];
