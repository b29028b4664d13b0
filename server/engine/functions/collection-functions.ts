/** Constructors, element access and functions on ARRAY, MAP, MULTISET and ROW. Elements are counted from 1. */
import { commonType } from '../types/coercion.ts';
import { compareValues, orderOf, valueKey, valuesEqual } from '../types/compare-values.ts';
import { formatExternal } from '../types/format-value.ts';
import { type SqlType, withNullability } from '../types/sql-type.ts';
import { isInteger } from '../types/type-families.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';
import { type BoundCall, DataError, type FunctionRefusal, type ScalarFunction } from './contract.ts';
import { array, BOOLEAN, boolean, define, INT, int, inUtf8, map, refuseCall, STRING, text } from './define.ts';

const rowConstructor: ScalarFunction = {
  name: 'ROW',
  isDeterministic: true,
  isStrict: false,
  signature: 'ROW(value, …)',
  bind: (args) => ({
    argumentTypes: args,
    type: { kind: 'ROW', fields: args.map((type, index) => ({ name: `EXPR$${index}`, type })), nullable: false },
  }),
  evaluate: (args) => new RowValue(inUtf8(args)),
};

const arrayConstructor: ScalarFunction = {
  name: 'ARRAY',
  isDeterministic: true,
  isStrict: false,
  signature: 'ARRAY[value, …] with values of one common type',
  bind(args): BoundCall | FunctionRefusal {
    const element: SqlType | null = args.length === 0 ? { kind: 'NULL', nullable: true } : commonType(args);
    if (element === null) return refuseCall(this, args);
    return {
      argumentTypes: args.map((type) => withNullability(element, type.nullable)),
      type: { kind: 'ARRAY', element, nullable: false },
    };
  },
  evaluate: (args) => new ArrayValue(inUtf8(args)),
};

/** Later entries of an equal key win. */
function mapOf(entries: readonly (readonly [Value, Value])[]): MapValue {
  const byKey = new Map<string, readonly [Value, Value]>();
  for (const entry of entries) {
    const key = valueKey(entry[0]);
    const earlier = byKey.get(key);
    byKey.set(key, earlier === undefined ? entry : [earlier[0], entry[1]]);
  }
  return new MapValue([...byKey.values()]);
}

const mapConstructor: ScalarFunction = {
  name: 'MAP',
  isDeterministic: true,
  isStrict: false,
  signature: 'MAP[key, value, …] with keys and values of one common type each',
  bind(args): BoundCall | FunctionRefusal {
    const keys = args.filter((_, index) => index % 2 === 0);
    const values = args.filter((_, index) => index % 2 === 1);
    const unknown: SqlType = { kind: 'NULL', nullable: true };
    const key = keys.length === 0 ? unknown : commonType(keys);
    const value = values.length === 0 ? unknown : commonType(values);
    if (args.length % 2 === 1 || key === null || value === null) return refuseCall(this, args);
    return {
      argumentTypes: args.map((type, index) => withNullability(index % 2 === 0 ? key : value, type.nullable)),
      type: { kind: 'MAP', key, value, nullable: false },
    };
  },
  evaluate(given) {
    const args = inUtf8(given);
    return mapOf(args.flatMap((key, index) => (index % 2 === 0 ? [[key, args[index + 1]] as const] : [])));
  },
};

const item: ScalarFunction = {
  name: 'ITEM',
  isDeterministic: true,
  signature: 'array[index] with index from 1, or map[key]',
  bind(args, literals): BoundCall | FunctionRefusal {
    const [collection, index] = args;
    if (args.length === 2 && collection.kind === 'ARRAY' && (isInteger(index) || index.kind === 'NULL')) {
      const literal = literals[1];
      if (typeof literal === 'number' && literal < 1)
        return { refusal: `Array element access needs an index starting at 1 but was ${literal}` };
      return {
        argumentTypes: [collection, { kind: 'INT', nullable: index.nullable }],
        type: withNullability(collection.element, true),
      };
    }
    if (args.length === 2 && collection.kind === 'MAP' && commonType([collection.key, index]) !== null)
      return {
        argumentTypes: [collection, withNullability(collection.key, index.nullable)],
        type: withNullability(collection.value, true),
      };
    return refuseCall(this, args);
  },
  evaluate([collection, key]) {
    if (collection instanceof ArrayValue) return collection.elements[(key as number) - 1] ?? null;
    return (collection as MapValue).entries.find(([own]) => valuesEqual(own, key))?.[1] ?? null;
  },
};

/** A function on an array and values of its element type. */
function onArray(
  name: string,
  signature: string,
  values: number,
  result: (arrayType: SqlType) => SqlType,
  evaluate: (elements: readonly Value[], values: readonly Value[]) => Value,
): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature,
    bind(args): BoundCall | FunctionRefusal {
      const [own, ...rest] = args;
      if (own?.kind !== 'ARRAY' || rest.length !== values) return refuseCall(this, args);
      const element = commonType([own.element, ...rest]);
      if (element === null) return refuseCall(this, args);
      const arrayType = { kind: 'ARRAY', element, nullable: own.nullable } as const;
      return {
        argumentTypes: [arrayType, ...rest.map((type) => withNullability(element, type.nullable))],
        type: withNullability(result(arrayType), own.nullable || result(arrayType).nullable),
      };
    },
    evaluate: ([own, ...rest]) => (own === null ? null : evaluate((own as ArrayValue).elements, rest)),
  };
}

/** A function on two or more arrays of one common type. */
function onArrays(name: string, combine: (arrays: readonly (readonly Value[])[]) => Value[]): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    signature: `${name}(array, array)`,
    bind(args): BoundCall | FunctionRefusal {
      const common = args.length >= 1 && args.every((type) => type.kind === 'ARRAY') ? commonType(args) : null;
      if (common === null) return refuseCall(this, args);
      return { argumentTypes: args.map((type) => withNullability(common, type.nullable)), type: common };
    },
    evaluate: (args) => new ArrayValue(combine(args.map((value) => (value as ArrayValue).elements))),
  };
}

function distinct(elements: readonly Value[]): Value[] {
  const seen = new Set<string>();
  return elements.filter((element) => {
    const key = valueKey(element);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function keysOf(elements: readonly Value[]): Set<string> {
  return new Set(elements.map(valueKey));
}

function slice(elements: readonly Value[], start: number, end: number | undefined): Value[] {
  const size = elements.length;
  const from = start > 0 ? start - 1 : start < 0 ? size + start : 0;
  const to = end === undefined ? size : end > 0 ? Math.min(end, size) : end < 0 ? size + end + 1 : 1;
  return from >= size || from >= to ? [] : elements.slice(Math.max(0, from), to);
}

const arraySort: ScalarFunction = define({
  name: 'ARRAY_SORT',
  signature: 'ARRAY_SORT(array[, ascending[, nullsFirst]])',
  parameters: [array, boolean, boolean],
  optional: 2,
  result: ([type]) => type,
  evaluate([own, ascending, nullsFirst]) {
    const isAscending = (ascending ?? true) as boolean;
    return new ArrayValue([...(own as ArrayValue).elements].sort(orderOf(!isAscending, (nullsFirst ?? isAscending) as boolean)));
  },
});

function extreme(name: string, sign: number): ScalarFunction {
  return define({
    name,
    signature: `${name}(array)`,
    parameters: [array],
    result: ([type]) => (type as { element: SqlType }).element,
    mayBeNull: true,
    evaluate([own]) {
      let best: Value = null;
      for (const element of (own as ArrayValue).elements)
        if (element !== null && (best === null || compareValues(element, best) * sign > 0)) best = element;
      return best;
    },
  });
}

const arrayJoin: ScalarFunction = define({
  name: 'ARRAY_JOIN',
  signature: 'ARRAY_JOIN(array, separator[, nullText])',
  parameters: [array, text, text],
  optional: 1,
  result: STRING,
  evaluate([own, separator, nullText], call) {
    const { element } = call.argumentTypes[0] as { element: SqlType };
    const shown = (own as ArrayValue).elements.flatMap((value) =>
      value !== null ? [formatExternal(value, element)] : nullText === undefined ? [] : [nullText as string],
    );
    return shown.join(separator as string);
  },
});

const cardinality: ScalarFunction = define({
  name: 'CARDINALITY',
  aliases: ['SIZE'],
  signature: 'CARDINALITY(array, map or multiset)',
  parameters: [(type) => (type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' ? type : null)],
  result: INT,
  evaluate: ([own]) => (own instanceof ArrayValue ? own.elements.length : (own as MapValue).entries.length),
});

const element: ScalarFunction = define({
  name: 'ELEMENT',
  signature: 'ELEMENT(array)',
  parameters: [array],
  result: ([type]) => (type as { element: SqlType }).element,
  mayBeNull: true,
  evaluate([own]) {
    const { elements } = own as ArrayValue;
    if (elements.length > 1) throw new DataError(`ELEMENT needs an array of one element, this one has ${elements.length}`);
    return elements[0] ?? null;
  },
});

type MapType = Extract<SqlType, { kind: 'MAP' }>;

const MAP_FUNCTIONS: readonly ScalarFunction[] = [
  define({
    name: 'MAP_KEYS',
    signature: 'MAP_KEYS(map)',
    parameters: [map],
    result: ([type]) => ({ kind: 'ARRAY', element: (type as MapType).key, nullable: true }),
    evaluate: ([own]) => new ArrayValue((own as MapValue).entries.map(([key]) => key)),
  }),
  define({
    name: 'MAP_VALUES',
    signature: 'MAP_VALUES(map)',
    parameters: [map],
    result: ([type]) => ({ kind: 'ARRAY', element: (type as MapType).value, nullable: true }),
    evaluate: ([own]) => new ArrayValue((own as MapValue).entries.map(([, value]) => value)),
  }),
  define({
    name: 'MAP_ENTRIES',
    signature: 'MAP_ENTRIES(map)',
    parameters: [map],
    result: ([type]) => {
      const { key, value } = type as MapType;
      const fields = [
        { name: 'key', type: key },
        { name: 'value', type: value },
      ];
      return { kind: 'ARRAY', element: { kind: 'ROW', fields, nullable: true }, nullable: true };
    },
    evaluate: ([own]) => new ArrayValue((own as MapValue).entries.map(([key, value]) => new RowValue([key, value]))),
  }),
  define({
    name: 'MAP_FROM_ARRAYS',
    signature: 'MAP_FROM_ARRAYS(keys, values)',
    parameters: [array, array],
    result: ([keys, values]) => ({
      kind: 'MAP',
      key: (keys as { element: SqlType }).element,
      value: (values as { element: SqlType }).element,
      nullable: true,
    }),
    evaluate([keys, values]) {
      const [own, others] = [(keys as ArrayValue).elements, (values as ArrayValue).elements];
      if (own.length !== others.length)
        throw new DataError(`MAP_FROM_ARRAYS needs as many keys as values, these are ${own.length} and ${others.length}`);
      return mapOf(own.map((key, index) => [key, others[index]] as const));
    },
  }),
  define({
    name: 'MAP_UNION',
    signature: 'MAP_UNION(map, map)',
    parameters: [map],
    rest: map,
    result: (args) => commonType(args) ?? args[0],
    evaluate: (args) => mapOf(args.flatMap((own) => (own as MapValue).entries)),
  }),
];

export const COLLECTION_FUNCTIONS: readonly ScalarFunction[] = [
  rowConstructor,
  arrayConstructor,
  mapConstructor,
  item,
  cardinality,
  element,
  onArray(
    'ARRAY_CONTAINS',
    'ARRAY_CONTAINS(array, value)',
    1,
    () => withNullability(BOOLEAN, false),
    (elements, [value]) => elements.some((own) => valuesEqual(own, value)),
  ),
  onArray(
    'ARRAY_POSITION',
    'ARRAY_POSITION(array, value)',
    1,
    () => INT,
    (elements, [value]) => (value === null ? null : elements.findIndex((own) => valuesEqual(own, value)) + 1),
  ),
  onArray(
    'ARRAY_REMOVE',
    'ARRAY_REMOVE(array, value)',
    1,
    (type) => type,
    (elements, [value]) => new ArrayValue(elements.filter((own) => !valuesEqual(own, value))),
  ),
  onArray(
    'ARRAY_APPEND',
    'ARRAY_APPEND(array, value)',
    1,
    (type) => type,
    (elements, [value]) => new ArrayValue([...elements, value]),
  ),
  onArray(
    'ARRAY_PREPEND',
    'ARRAY_PREPEND(array, value)',
    1,
    (type) => type,
    (elements, [value]) => new ArrayValue([value, ...elements]),
  ),
  onArray(
    'ARRAY_DISTINCT',
    'ARRAY_DISTINCT(array)',
    0,
    (type) => type,
    (elements) => new ArrayValue(distinct(elements)),
  ),
  onArray(
    'ARRAY_REVERSE',
    'ARRAY_REVERSE(array)',
    0,
    (type) => type,
    (elements) => new ArrayValue([...elements].reverse()),
  ),
  onArrays('ARRAY_CONCAT', (arrays) => arrays.flat()),
  onArrays('ARRAY_UNION', (arrays) => distinct(arrays.flat())),
  onArrays('ARRAY_EXCEPT', ([own, other]) => distinct(own).filter((value) => !keysOf(other).has(valueKey(value)))),
  onArrays('ARRAY_INTERSECT', ([own, other]) => distinct(own).filter((value) => keysOf(other).has(valueKey(value)))),
  arraySort,
  extreme('ARRAY_MAX', 1),
  extreme('ARRAY_MIN', -1),
  arrayJoin,
  define({
    name: 'ARRAY_SLICE',
    signature: 'ARRAY_SLICE(array, start[, end])',
    parameters: [array, int, int],
    optional: 1,
    result: ([type]) => type,
    evaluate: ([own, start, end]) => new ArrayValue(slice((own as ArrayValue).elements, start as number, end as number | undefined)),
  }),
  define({
    name: 'SPLIT',
    signature: 'SPLIT(text, separator)',
    parameters: [text, text],
    result: { kind: 'ARRAY', element: STRING, nullable: true },
    evaluate: ([value, separator]) =>
      new ArrayValue(separator === '' ? Array.from(value as string) : (value as string).split(separator as string)),
  }),
  define({
    name: 'STR_TO_MAP',
    signature: 'STR_TO_MAP(text[, entrySeparator[, keyValueSeparator]])',
    parameters: [text, text, text],
    optional: 2,
    result: { kind: 'MAP', key: STRING, value: STRING, nullable: true },
    evaluate([value, entries, pair]) {
      const mark = (pair ?? '=') as string;
      return mapOf(
        (value as string).split((entries ?? ',') as string).map((entry) => {
          const at = entry.indexOf(mark);
          return at < 0 ? ([entry, null] as const) : ([entry.slice(0, at), entry.slice(at + mark.length)] as const);
        }),
      );
    },
  }),
  ...MAP_FUNCTIONS,
];
