/**
 * Values of generated columns. Each is a function of the column's name and the row's number alone (a hash of both seeds a small
 * generator), so that a run restored at row n goes on exactly as an undisturbed one would, at any parallelism. Dates and times are
 * the exception: they are those of the clock, as in Flink.
 */
import { timestampUnitsPerSecond } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../../types/value.ts';
import type { FieldSpec } from './field-options.ts';

const HEX = '0123456789abcdef';
const DAY_MS = 86_400_000;

/** sfc32 seeded by a column and a row. */
class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  seed(column: number, row: number): void {
    this.#a = column;
    this.#b = row | 0;
    this.#c = Math.floor(row / 4294967296) ^ 0x9e3779b9;
    this.#d = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 bits. */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }

  /** In [0, 1), 53 bits. */
  fraction(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  /** In [0, count). */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  bigBelow(count: bigint): bigint {
    let value = 0n;
    for (let bits = 1n; bits < count; bits <<= 32n) value = (value << 32n) | BigInt(this.next());
    value = (value << 64n) | (BigInt(this.next()) << 32n) | BigInt(this.next());
    return value % count;
  }
}

export type Generate = (row: number) => Value;

/** `nowMs` serves max-past alone: those values hang on the clock, as in Flink. */
export function generatorOf(spec: FieldSpec, nowMs: () => number): Generate {
  const random = new Random();
  const column = hashOf(spec.name);
  if (spec.generator === 'sequence') return sequenceOf(spec, random, column);
  const draw = drawOf(spec, nowMs);
  return (row) => {
    random.seed(column, row);
    return isNullRow(spec, random) ? null : draw(random, row);
  };
}

function isNullRow(spec: FieldSpec, random: Random): boolean {
  return spec.nullRate > 0 && random.fraction() < spec.nullRate;
}

function sequenceOf(spec: FieldSpec, random: Random, column: number): Generate {
  const start = BigInt((spec.start ?? '0').trim());
  return (row) => {
    random.seed(column, row);
    if (isNullRow(spec, random)) return null;
    const value = start + BigInt(row);
    switch (spec.type.kind) {
      case 'CHAR':
      case 'VARCHAR':
        return value.toString();
      case 'BIGINT':
        return value;
      case 'DECIMAL':
        return value * 10n ** BigInt(spec.type.scale);
      default:
        return Number(value);
    }
  };
}

type Draw = (random: Random, row: number) => Value;

const INTEGER_BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  TINYINT: [-128, 127],
  SMALLINT: [-32768, 32767],
  INT: [-2147483648, 2147483647],
  INTERVAL_YEAR_MONTH: [0, 120_000],
};

function drawOf(spec: FieldSpec, nowMs: () => number): Draw {
  const { type } = spec;
  switch (type.kind) {
    case 'BOOLEAN':
      return (random) => random.next() % 2 === 1;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH': {
      const [low, high] = INTEGER_BOUNDS[type.kind] as readonly [number, number];
      const min = spec.min === null ? low : Number(spec.min);
      const count = (spec.max === null ? high : Number(spec.max)) - min + 1;
      return (random) => min + random.below(count);
    }
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return drawLong(spec, type.kind === 'BIGINT' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 315_360_000_000n]);
    case 'FLOAT':
    case 'DOUBLE':
      return drawFloating(spec, type.kind === 'FLOAT');
    case 'DECIMAL':
      return drawDecimal(spec, type.precision, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return (random) => textOf(random, lengthOf(spec, random));
    case 'BINARY':
    case 'VARBINARY':
      return (random) => Uint8Array.from({ length: lengthOf(spec, random) }, () => random.next() & 255);
    default:
      return drawTemporalOrNested(spec, nowMs);
  }
}

function drawTemporalOrNested(spec: FieldSpec, nowMs: () => number): Draw {
  const { type } = spec;
  switch (type.kind) {
    case 'DATE':
      return () => Math.floor(nowMs() / DAY_MS);
    case 'TIME':
      return () => nowMs() % DAY_MS;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const perMs = timestampUnitsPerSecond(type.precision) / 1000n;
      return (random) => BigInt(nowMs() - random.below((spec.maxPastMs ?? 0) + 1)) * perMs;
    }
    case 'ROW': {
      const fields = spec.children.map((child) => generatorOf(child, nowMs));
      return (_, row) => new RowValue(fields.map((field) => field(row)));
    }
    case 'ARRAY': {
      const element = elementDraw(spec.children[0] as FieldSpec, nowMs);
      return (random, row) => new ArrayValue(Array.from({ length: lengthOf(spec, random) }, () => element(random, row)));
    }
    case 'MAP':
    case 'MULTISET': {
      const key = elementDraw(spec.children[0] as FieldSpec, nowMs);
      const value =
        type.kind === 'MAP' ? elementDraw(spec.children[1] as FieldSpec, nowMs) : (random: Random): Value => 1 + random.below(9);
      return (random, row) => {
        const entries = new Map<string, readonly [Value, Value]>();
        for (let i = lengthOf(spec, random); i > 0; i--) {
          const entry = [key(random, row), value(random, row)] as const;
          entries.set(String(entry[0]), entry);
        }
        return new MapValue([...entries.values()]);
      };
    }
    default:
      return () => null;
  }
}

/** Elements draw on from their collection's generator: each is another one. */
function elementDraw(spec: FieldSpec, nowMs: () => number): Draw {
  const draw = drawOf(spec, nowMs);
  return (random, row) => (isNullRow(spec, random) ? null : draw(random, row));
}

function drawLong(spec: FieldSpec, [low, high]: readonly [bigint, bigint]): Draw {
  const min = spec.min === null ? low : BigInt(spec.min.trim());
  const count = (spec.max === null ? high : BigInt(spec.max.trim())) - min + 1n;
  if (count < 9007199254740992n) return (random) => min + BigInt(random.below(Number(count)));
  return (random) => min + random.bigBelow(count);
}

function drawFloating(spec: FieldSpec, isFloat: boolean): Draw {
  const limit = isFloat ? 3.4028234663852886e38 : 1.7976931348623157e308;
  const min = spec.min === null ? -limit : Number(spec.min);
  const max = spec.max === null ? limit : Number(spec.max);
  return (random) => {
    const share = random.fraction();
    const value = min * (1 - share) + max * share;
    return isFloat ? Math.fround(value) : value;
  };
}

function drawDecimal(spec: FieldSpec, precision: number, scale: number): Draw {
  const unit = 10 ** scale;
  const limit = 10n ** BigInt(precision) - 1n;
  if (spec.min === null && spec.max === null) return (random) => random.bigBelow(2n * limit + 1n) - limit;
  const min = spec.min === null ? -Number(limit) / unit : Number(spec.min);
  const max = spec.max === null ? Number(limit) / unit : Number(spec.max);
  return (random) => {
    const value = BigInt(Math.round((min + random.fraction() * (max - min)) * unit));
    return value > limit ? limit : value < -limit ? -limit : value;
  };
}

function lengthOf(spec: FieldSpec, random: Random): number {
  return spec.isLengthVariable && spec.length > 0 ? 1 + random.below(spec.length) : spec.length;
}

/** Hex digits, as Flink's random text. */
function textOf(random: Random, length: number): string {
  let text = '';
  let bits = 0;
  for (let i = 0; i < length; i++) {
    if (i % 8 === 0) bits = random.next();
    text += HEX[bits & 15];
    bits >>>= 4;
  }
  return text;
}

/** FNV-1a; part of what a restored run must find again. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
