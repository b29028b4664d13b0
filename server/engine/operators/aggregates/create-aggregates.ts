/** Aggregate calls of a plan to aggregates: a loop of its own where the type has one, else the general way over values. */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import { laneOf, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import type { Aggregate, AuxSpec } from './aggregate.ts';
import { CountAggregate } from './count.ts';
import { deviation } from './deviation.ts';
import { DistinctAggregate } from './distinct.ts';
import { BigintExtreme, NumberExtreme } from './extreme.ts';
import { countedExtreme, distinctFunction, emptyAccumulator, plainFunction } from './isolated-functions.ts';
import { jsonArrayAggregate, jsonObjectAggregate } from './json-functions.ts';
import { RetractableExtreme } from './retractable-extreme.ts';
import { BigintSum, NumberSum } from './sum.ts';
import { ValueAggregate, type ValueFunction } from './value-function.ts';
import {
  arrayAggregate,
  collect,
  decimalSum,
  edgeValue,
  listagg,
  percentile,
  retractableEdgeValue,
  retractableListagg,
  singleValue,
  valueExtreme,
} from './value-functions.ts';

export interface AggregateSet {
  readonly aggregates: readonly Aggregate[];
  /** Fields of all aggregates, in order. */
  readonly fields: readonly StateField[];
  readonly aux: readonly AuxSpec[];
}

export interface AggregateOptions {
  /** The input takes rows back. */
  readonly isRetracting: boolean;
  /** Fields of the main table that the operator keeps before those of the aggregates. */
  readonly firstField: number;
  /** No tables below the key: all is kept in the accumulator (isolated-functions.ts). */
  readonly isIsolated?: boolean;
}

export function createAggregates(
  calls: readonly AggregateCall[],
  input: RowSchema,
  keys: readonly number[],
  options: AggregateOptions,
): AggregateSet {
  const fields: StateField[] = [];
  const aux: AuxSpec[] = [];
  const aggregates = calls.map((call) => {
    const aggregate = createAggregate(call, input, options);
    aggregate.bind(options.firstField + fields.length, aux.length, keys);
    // The same call twice in a plan would share a digest: the second gets its own.
    const taken = (digest: string): boolean => fields.some((field) => field.digest === digest);
    fields.push(
      ...aggregate.fields.map((field) =>
        taken(field.digest) ? { ...field, name: `${field.name}.${fields.length}`, digest: `${field.digest}.${fields.length}` } : field,
      ),
    );
    if (aggregate.aux)
      aux.push(
        aux.some((other) => other.name === aggregate.aux?.name)
          ? { ...aggregate.aux, name: `${aggregate.aux.name}.${aux.length}` }
          : aggregate.aux,
      );
    return aggregate;
  });
  return { aggregates, fields, aux };
}

function createAggregate(call: AggregateCall, input: RowSchema, { isRetracting, isIsolated = false }: AggregateOptions): Aggregate {
  if (isIsolated) return createIsolated(call, input, isRetracting);
  if (call.isDistinct && call.args.length > 0 && call.function !== 'MIN' && call.function !== 'MAX') {
    const inner = createPlain({ ...call, isDistinct: false, filter: null }, input, isRetracting);
    return new DistinctAggregate(call, inner, input, call.function === 'ARRAY_AGG');
  }
  return createPlain(call, input, isRetracting);
}

function createIsolated(call: AggregateCall, input: RowSchema, isRetracting: boolean): Aggregate {
  const types = call.args.map((arg) => input[arg].type);
  const isExtreme = call.function === 'MIN' || call.function === 'MAX';
  if (isExtreme) return isRetracting ? new ValueAggregate(call, countedExtreme(call, types[0]), input) : createPlain(call, input, false);
  if (!call.isDistinct || types.length === 0) return createPlain(call, input, isRetracting);
  const inner = isolatedFunction(call, input, types);
  return new ValueAggregate(
    call,
    distinctFunction(inner, () => emptyAccumulator(inner), types),
    input,
  );
}

function isolatedFunction(call: AggregateCall, input: RowSchema, types: readonly SqlType[]): ValueFunction {
  switch (call.function) {
    case 'COUNT':
      return plainFunction(call);
    case 'SUM':
    case 'SUM0':
    case 'AVG':
      return types[0].kind === 'DECIMAL' ? decimalSum(call, types[0]) : plainFunction(call);
    default:
      return valueFunctionOf(call, input, false);
  }
}

function createPlain(call: AggregateCall, input: RowSchema, isRetracting: boolean): Aggregate {
  switch (call.function) {
    case 'COUNT':
    case 'COUNT_STAR':
      return new CountAggregate(call);
    case 'SUM':
    case 'SUM0':
    case 'AVG':
      return createSum(call, input);
    case 'MIN':
    case 'MAX':
      return createExtreme(call, input, isRetracting);
    default:
      return new ValueAggregate(call, valueFunctionOf(call, input, isRetracting), input);
  }
}

function createSum(call: AggregateCall, input: RowSchema): Aggregate {
  const argument = input[call.args[0]].type;
  if (argument.kind === 'DECIMAL') return new ValueAggregate(call, decimalSum(call, argument), input);
  return laneOf(argument) === 'i64' ? new BigintSum(call) : new NumberSum(call);
}

function createExtreme(call: AggregateCall, input: RowSchema, isRetracting: boolean): Aggregate {
  if (isRetracting) return new RetractableExtreme(call, input);
  switch (laneOf(input[call.args[0]].type)) {
    case 'i64':
      return new BigintExtreme(call);
    case 'i32':
    case 'f64':
    case 'bool':
      return new NumberExtreme(call);
    default:
      return new ValueAggregate(call, valueExtreme(call), input);
  }
}

function valueFunctionOf(call: AggregateCall, input: RowSchema, isRetracting: boolean): ValueFunction {
  const argument = input[call.args[0]]?.type;
  switch (call.function) {
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
      return isRetracting ? retractableEdgeValue(call, argument) : edgeValue(call);
    case 'LISTAGG':
      return isRetracting ? retractableListagg(call, argument) : listagg(call);
    case 'ARRAY_AGG':
      return arrayAggregate(argument);
    case 'COLLECT':
      return collect(argument);
    case 'SINGLE_VALUE':
      return singleValue(argument);
    case 'STDDEV_POP':
    case 'STDDEV_SAMP':
    case 'VAR_POP':
    case 'VAR_SAMP':
      return deviation(call, argument);
    case 'JSON_OBJECTAGG':
      return jsonObjectAggregate(call, argument, input[call.args[1]].type);
    case 'JSON_ARRAYAGG':
      return jsonArrayAggregate(call, argument);
    case 'PERCENTILE':
      return percentile(call, input[call.args[1]].type);
    default:
      throw new Error(`the embedded engine cannot compute the aggregate function ${call.function}`);
  }
}
