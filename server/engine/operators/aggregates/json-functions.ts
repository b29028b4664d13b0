/** JSON_OBJECTAGG and JSON_ARRAYAGG: the values as they came; the text is made of them for each result (Flink's JsonObjectAggFunction, JsonArrayAggFunction). */
import { DataError } from '../../functions/contract.ts';
import { type JsonNode, writeJson } from '../../functions/json-text.ts';
import { valueToNode } from '../../functions/json-values.ts';
import type { AggregateCall } from '../../planner/physical-plan.ts';
import { valuesEqual } from '../../types/compare-values.ts';
import { type SqlType, withNullability } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, type Value } from '../../types/value.ts';
import type { ValueFunction } from './value-function.ts';

const entriesOf = (value: Value): readonly (readonly [Value, Value])[] => (value === null ? [] : (value as MapValue).entries);
const elementsOf = (value: Value): readonly Value[] => (value === null ? [] : (value as ArrayValue).elements);

/** NULL ON NULL unless written otherwise. A key that is there already fails the job, as in Flink. */
export function jsonObjectAggregate(call: AggregateCall, key: SqlType, value: SqlType): ValueFunction {
  const isAbsent = call.options?.onNull === 'ABSENT';
  const without = (held: Value, name: Value): (readonly [Value, Value])[] => entriesOf(held).filter(([other]) => other !== name);
  const put = (accumulator: Value[], name: Value, item: Value): void => {
    if (entriesOf(accumulator[0]).some(([other]) => other === name))
      throw new DataError(`JSON_OBJECTAGG met the key '${name}' twice in a group. Make sure that keys are unique within a group.`);
    accumulator[0] = new MapValue([...entriesOf(accumulator[0]), [name, item]]);
  };
  return {
    state: { object: { kind: 'MAP', key: withNullability(key, false), value: withNullability(value, true), nullable: true } },
    skipsNulls: false,
    accumulate(accumulator, [name, item]) {
      if (name === null) throw new DataError('JSON_OBJECTAGG met a key that is NULL; filter such rows out.');
      if (item !== null || !isAbsent) put(accumulator, name, item);
    },
    retract(accumulator, [name]) {
      accumulator[0] = new MapValue(without(accumulator[0], name));
    },
    merge(own, [object]) {
      for (const [name, item] of entriesOf(object)) put(own, name, item);
    },
    result: ([object]) =>
      writeJson({ kind: 'object', fields: new Map(entriesOf(object).map(([name, item]) => [name as string, valueToNode(item, value)])) }),
  };
}

/** ABSENT ON NULL unless written otherwise. */
export function jsonArrayAggregate(call: AggregateCall, value: SqlType): ValueFunction {
  const keepsNull = call.options?.onNull === 'NULL';
  return {
    state: { list: { kind: 'ARRAY', element: withNullability(value, true), nullable: true } },
    skipsNulls: !keepsNull,
    accumulate(accumulator, [item]) {
      accumulator[0] = new ArrayValue([...elementsOf(accumulator[0]), item]);
    },
    retract(accumulator, [item]) {
      const elements = elementsOf(accumulator[0]);
      const at = elements.findIndex((other) => valuesEqual(other, item));
      if (at !== -1) accumulator[0] = new ArrayValue(elements.filter((_, index) => index !== at));
    },
    merge(own, [list]) {
      own[0] = new ArrayValue([...elementsOf(own[0]), ...elementsOf(list)]);
    },
    result: ([list]) => writeJson({ kind: 'array', items: elementsOf(list).map((item): JsonNode => valueToNode(item, value)) }),
  };
}
