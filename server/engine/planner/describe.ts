/** Pieces of the one-line descriptions of operators, in Flink's style. */
import type { RowSchema } from '../types/sql-type.ts';
import type { AggregateCall, SortKey, WindowProperty, WindowSpec } from './physical-plan.ts';

export function fieldNames(schema: RowSchema, columns: readonly number[]): string {
  return columns.map((c) => schema[c].name).join(', ');
}

/** `user_id, COUNT(*) AS n`. */
export function describeAggregates(schema: RowSchema, keys: readonly number[], calls: readonly AggregateCall[]): string {
  const aggregates = calls.map((call) => {
    const args = call.function === 'COUNT_STAR' ? '*' : fieldNames(schema, call.args);
    const filter = call.filter === null ? '' : ` FILTER ${schema[call.filter].name}`;
    const name = call.function === 'COUNT_STAR' ? 'COUNT' : call.function;
    return `${name}(${call.isDistinct ? 'DISTINCT ' : ''}${args})${filter} AS ${call.name}`;
  });
  return [...keys.map((key) => schema[key].name), ...aggregates].join(', ');
}

export function describeOrder(schema: RowSchema, keys: readonly SortKey[]): string {
  return keys
    .map((key) => {
      const isDefault = key.nullsLast === key.descending;
      return `${schema[key.index].name} ${key.descending ? 'DESC' : 'ASC'}${isDefault ? '' : key.nullsLast ? ' NULLS LAST' : ' NULLS FIRST'}`;
    })
    .join(', ');
}

export function describeWindow(spec: WindowSpec, time: string, attached: readonly [string, string] | null): string {
  const columns = attached === null ? `time_col=[${time}]` : `win_start=[${attached[0]}], win_end=[${attached[1]}]`;
  return `${spec.kind}(${columns}, ${describeSizes(spec)})`;
}

/** What a window column means, for state fields and uids. */
export function windowMeaning(property: WindowProperty, spec: WindowSpec): string {
  return `${property}(${spec.kind} ${describeSizes(spec)})`;
}

function describeSizes(spec: WindowSpec): string {
  switch (spec.kind) {
    case 'TUMBLE':
      return `size=[${describeMs(spec.sizeMs)}]${describeOffset(spec.offsetMs)}`;
    case 'HOP':
      return `size=[${describeMs(spec.sizeMs)}], slide=[${describeMs(spec.slideMs)}]${describeOffset(spec.offsetMs)}`;
    case 'CUMULATE':
      return `max_size=[${describeMs(spec.sizeMs)}], step=[${describeMs(spec.stepMs)}]${describeOffset(spec.offsetMs)}`;
    case 'SESSION':
      return `gap=[${describeMs(spec.gapMs)}]`;
  }
}

function describeOffset(ms: number): string {
  return ms === 0 ? '' : `, offset=[${describeMs(ms)}]`;
}

function describeMs(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000} d`;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
