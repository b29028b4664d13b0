/** Puts a sink on top of its query: what the sink takes is checked against what the query emits, and brought to it. */
import type { Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { ResolvedTable } from './catalog.ts';
import { type Draft, type DraftPlan, uniqueKey } from './physical-draft.ts';
import type { ChangelogMode } from './physical-plan.ts';
import { addExchange } from './scan-draft.ts';

export interface SinkRequest {
  readonly sink: ResolvedTable;
  readonly schema: RowSchema;
  readonly span: Span;
}

/** The sink takes updates without the row before: by key. */
export function isUpsertSink(sink: ResolvedTable): boolean {
  const mode = sink.facts.sinkChangelog;
  return mode?.updateAfter === true && !mode.updateBefore;
}

export function addSink(plan: DraftPlan, request: SinkRequest, query: number, settings: Readonly<Record<string, string>>): number {
  const { sink, schema, span } = request;
  const { table, facts } = sink;
  if (facts.sinkChangelog === null)
    throw new SqlError(`'${table.name}' cannot be written: its connector '${sink.connector.name}' is a source only.`, span);
  const keys = table.plan.primaryKey.map((name) => schema.findIndex((field) => field.name === name));
  let input = query;
  if (needsMaterialize(plan.get(query), sink, keys, settings)) {
    const exchange = addExchange(plan, query, keys);
    const below = plan.get(exchange);
    input = plan.add(
      { kind: 'sinkUpsertMaterialize', keys },
      [exchange],
      below.schema,
      `SinkUpsertMaterialize(key=[${table.plan.primaryKey.join(', ')}])`,
      {
        ...below.facts,
        uniqueKeys: [uniqueKey(keys)],
        isInsertOnly: false,
      },
    );
  }
  if (isUpsertSink(sink) && input === query && !plan.get(query).facts.isInsertOnly) {
    const { schema: columns, facts: rows } = plan.get(input);
    input = plan.add({ kind: 'dropUpdateBefore' }, [input], columns, 'DropUpdateBefore', rows);
  }
  const below = plan.get(input);
  return plan.add(
    { kind: 'sink', table: table.plan, delivery: facts.delivery },
    [input],
    schema,
    `Sink(table=[${table.name}], fields=[${schema.map((f) => f.name).join(', ')}])`,
    {
      ...below.facts,
      meanings: below.facts.meanings,
    },
  );
}

/** The changes come keyed otherwise than the sink's primary key, so that their order by that key is not given. */
function needsMaterialize(query: Draft, sink: ResolvedTable, keys: readonly number[], settings: Readonly<Record<string, string>>): boolean {
  const mode = (settings['table.exec.sink.upsert-materialize'] ?? 'AUTO').toUpperCase();
  if (keys.length === 0 || mode === 'NONE' || !isUpsertSink(sink)) return false;
  if (mode === 'FORCE') return true;
  if (query.facts.isInsertOnly) return false;
  return !query.facts.uniqueKeys.some((unique) => unique.isOrdered && unique.columns.every((column) => keys.includes(column)));
}

/** -U rows that an upsert sink does not take are left out; anything else it does not take is refused. */
export function checkSinkChanges(sink: ResolvedTable, mode: ChangelogMode, from: Draft, span: Span): void {
  const takes = sink.facts.sinkChangelog;
  if (takes === null) return;
  const missing = [...(mode.updateAfter && !takes.updateAfter ? ['update'] : []), ...(mode.delete && !takes.delete ? ['delete'] : [])];
  if (missing.length === 0) return;
  throw new SqlError(
    `The sink '${sink.table.name}' does not take ${missing.join(' and ')} changes, which ${from.description} makes. Use a changelog format or a table with a primary key.`,
    span,
  );
}
