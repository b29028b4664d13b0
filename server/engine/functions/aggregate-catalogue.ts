/** Typing of the aggregate functions: which arguments they take and what they give. How they compute is the aggregate operators' matter. */

import { withoutAttribute } from '../types/coercion.ts';
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { isInteger, isInterval, isNumeric, isText, simpleType, textType } from '../types/type-families.ts';
import type { BoundCall, FunctionRefusal } from './contract.ts';
import { decimalAverageType, decimalSumType } from './decimal-types.ts';

export interface AggregateFunction {
  /** Canonical, upper case. COUNT(*) is COUNT_STAR. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly signature: string;
  bind(args: readonly SqlType[], distinct: boolean): BoundCall | FunctionRefusal;
}

/** By upper-case name or alias; null when there is no such aggregate function. */
export function findAggregate(name: string): AggregateFunction | null {
  return BY_NAME.get(name) ?? null;
}

/** Canonical names of those that can be used, sorted. */
export function aggregateNames(): readonly string[] {
  return AGGREGATES.filter((aggregate) => aggregate !== approximateCount)
    .map((aggregate) => aggregate.name)
    .sort();
}

function refuse(aggregate: string, args: readonly SqlType[], wanted: string): FunctionRefusal {
  return { refusal: `${aggregate} does not take (${args.map(formatType).join(', ')}); write ${wanted}` };
}

function unary(
  name: string,
  accepts: (type: SqlType) => boolean,
  result: (type: SqlType) => SqlType,
  aliases: readonly string[] = [],
): AggregateFunction {
  const signature = `${name}(value)`;
  return {
    name,
    aliases,
    signature,
    bind(args) {
      if (args.length !== 1 || !(accepts(args[0]) || args[0].kind === 'NULL')) return refuse(name, args, signature);
      const type = args[0].kind === 'NULL' ? simpleType('INT', true) : withoutAttribute(args[0]);
      return { argumentTypes: [type], type: result(type) };
    },
  };
}

const any = () => true;
const nullableOf = (type: SqlType): SqlType => withNullability(type, true);

function sumType(type: SqlType): SqlType {
  return type.kind === 'DECIMAL' ? decimalSumType(type, true) : nullableOf(type);
}

function averageType(type: SqlType): SqlType {
  return type.kind === 'DECIMAL' ? decimalAverageType(type, true) : nullableOf(type);
}

/** STDDEV_* and VAR_*: DOUBLE for approximate numbers, else the type of AVG. */
function deviation(name: string, aliases: readonly string[] = []): AggregateFunction {
  return unary(name, isNumeric, averageType, aliases);
}

const count: AggregateFunction = {
  name: 'COUNT',
  signature: 'COUNT([DISTINCT] value[, value]*)',
  bind: (args) =>
    args.length === 0
      ? { refusal: 'COUNT needs an argument; write COUNT(*) to count rows' }
      : { argumentTypes: args.map(withoutAttribute), type: simpleType('BIGINT', false) },
};

const countStar: AggregateFunction = {
  name: 'COUNT_STAR',
  signature: 'COUNT(*)',
  bind: (args) => (args.length === 0 ? { argumentTypes: [], type: simpleType('BIGINT', false) } : refuse('COUNT(*)', args, 'COUNT(*)')),
};

const listagg: AggregateFunction = {
  name: 'LISTAGG',
  aliases: ['STRING_AGG'],
  signature: 'LISTAGG([DISTINCT] text[, separator])',
  bind(args) {
    if (args.length < 1 || args.length > 2 || !args.every((type) => isText(type) || type.kind === 'NULL'))
      return refuse('LISTAGG', args, this.signature);
    return { argumentTypes: args.map((type) => (type.kind === 'NULL' ? textType(true) : type)), type: textType(true) };
  },
};

function percentileBind(this: AggregateFunction, args: readonly SqlType[]): BoundCall | FunctionRefusal {
  const [value, at, frequency] = args;
  const isArray = at?.kind === 'ARRAY' && isNumeric(at.element);
  const fits =
    args.length >= 2 &&
    args.length <= 3 &&
    isNumeric(value) &&
    (isNumeric(at) || isArray) &&
    (frequency === undefined || isInteger(frequency));
  if (!fits) return refuse('PERCENTILE', args, this.signature);
  const double = simpleType('DOUBLE', true);
  const atType: SqlType = isArray
    ? { kind: 'ARRAY', element: simpleType('DOUBLE', false), nullable: at.nullable }
    : simpleType('DOUBLE', at.nullable);
  const argumentTypes: SqlType[] = [simpleType('DOUBLE', value.nullable), atType];
  if (frequency) argumentTypes.push(simpleType('BIGINT', frequency.nullable));
  return { argumentTypes, type: isArray ? { kind: 'ARRAY', element: simpleType('DOUBLE', false), nullable: true } : double };
}

const jsonObjectAgg: AggregateFunction = {
  name: 'JSON_OBJECTAGG',
  aliases: ['JSON_OBJECTAGG_NULL_ON_NULL', 'JSON_OBJECTAGG_ABSENT_ON_NULL'],
  signature: 'JSON_OBJECTAGG([KEY] key VALUE value [NULL | ABSENT ON NULL])',
  bind(args) {
    if (args.length !== 2 || !isText(args[0])) return refuse('JSON_OBJECTAGG', args, this.signature);
    return { argumentTypes: args.map(withoutAttribute), type: textType(false) };
  },
};

/** Known, so that the refusal can say what to write instead. */
const approximateCount: AggregateFunction = {
  name: 'APPROX_COUNT_DISTINCT',
  signature: 'APPROX_COUNT_DISTINCT(value)',
  bind: () => ({
    refusal: 'APPROX_COUNT_DISTINCT is not supported by the embedded engine yet; write COUNT(DISTINCT value), which is exact',
  }),
};

const AGGREGATES: readonly AggregateFunction[] = [
  count,
  countStar,
  unary('SUM', (type) => isNumeric(type) || isInterval(type), sumType),
  unary('SUM0', isNumeric, (type) => withNullability(sumType(type), false), ['$SUM0']),
  unary('AVG', (type) => isNumeric(type) || isInterval(type), averageType),
  unary('MIN', (type) => type.kind !== 'ROW' && type.kind !== 'ARRAY' && type.kind !== 'MAP' && type.kind !== 'MULTISET', nullableOf),
  unary('MAX', (type) => type.kind !== 'ROW' && type.kind !== 'ARRAY' && type.kind !== 'MAP' && type.kind !== 'MULTISET', nullableOf),
  unary('FIRST_VALUE', any, nullableOf),
  unary('LAST_VALUE', any, nullableOf),
  unary('SINGLE_VALUE', any, nullableOf),
  listagg,
  unary('COLLECT', any, (type) => ({ kind: 'MULTISET', element: withNullability(type, false), nullable: false })),
  unary('ARRAY_AGG', any, (type) => ({ kind: 'ARRAY', element: type, nullable: true })),
  deviation('STDDEV_POP'),
  deviation('STDDEV_SAMP', ['STDDEV']),
  deviation('VAR_POP'),
  deviation('VAR_SAMP', ['VARIANCE']),
  {
    name: 'PERCENTILE',
    signature: 'PERCENTILE(value, percentage[, frequency])',
    bind: percentileBind,
  },
  jsonObjectAgg,
  unary('JSON_ARRAYAGG', any, () => textType(false), ['JSON_ARRAYAGG_NULL_ON_NULL', 'JSON_ARRAYAGG_ABSENT_ON_NULL']),
  approximateCount,
];

const BY_NAME: ReadonlyMap<string, AggregateFunction> = new Map(
  AGGREGATES.flatMap((aggregate) => [aggregate.name, ...(aggregate.aliases ?? [])].map((name) => [name, aggregate] as const)),
);
