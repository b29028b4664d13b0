/** The sink of a bare SELECT: a table of connector `collect` with the query's columns. */
import type { Query } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import type { BoundInsert } from './bind-insert.ts';
import type { CatalogColumn, CatalogTable } from './catalog.ts';
import type { PlanRequest } from './contract.ts';
import type { Logical } from './logical-plan.ts';
import { planTable } from './table-definition.ts';

export function collectInto(name: string, query: Logical, node: Query, request: PlanRequest): BoundInsert {
  const connector = request.connectorOf('collect');
  if (connector === null) throw new SqlError('A job needs a sink: put INSERT INTO a table in front of the query.', node);
  const schema = query.schema.map((field) => ({ name: field.name, type: withoutAttribute(field.type) }));
  const span = { start: node.start, end: node.end };
  const columns = schema.map((field): CatalogColumn => ({ ...field, kind: 'physical', span }));
  const entry = { key: 'connector', value: 'collect', keySpan: span, valueSpan: span, ...span };
  const plan = planTable(name, columns, [], [], [entry]);
  const table: CatalogTable = {
    kind: 'table',
    name,
    statement: emptyStatement(name, span),
    columns,
    watermark: null,
    plan,
    optionEntries: [entry],
  };
  return { sink: { table, connector, facts: connector.describe(plan) }, query, schema, span };
}

function emptyStatement(name: string, span: { readonly start: number; readonly end: number }): CatalogTable['statement'] {
  return {
    kind: 'createTable',
    isReplace: false,
    isTemporary: true,
    ifNotExists: false,
    name: { parts: [{ name, ...span }], ...span },
    columns: [],
    watermarks: [],
    primaryKey: null,
    partitionedBy: [],
    comment: null,
    options: [],
    like: null,
    asQuery: null,
    ...span,
  };
}
