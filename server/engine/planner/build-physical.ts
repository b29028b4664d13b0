/** Builds the physical drafts of a logical plan: one function for each simple operator, the others in build-*.ts. */
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { buildAggregate } from './build-aggregate.ts';
import type { BuildContext } from './build-context.ts';
import { buildJoin } from './build-join.ts';
import { buildRank } from './build-rank.ts';
import { addCalc, addFilter, mapWindowing } from './calc-draft.ts';
import { describeOrder, describeWindow, fieldNames, windowMeaning } from './describe.ts';
import { expressionText } from './expression-rewrite.ts';
import type { Logical, LogicalExpand, LogicalSort, LogicalUnion, LogicalUnnest, LogicalWindowFunction } from './logical-plan.ts';
import type { DraftFacts, DraftPlan } from './physical-draft.ts';
import { addExchange, addScan, type ScanSettings } from './scan-draft.ts';
import { demandTime, domainOf, isRowtime, isZonedTime } from './time-columns.ts';

export function buildPhysical(node: Logical, plan: DraftPlan, scan: ScanSettings): number {
  const context: BuildContext = { plan, scan, build: (inner) => build(inner, context) };
  return build(node, context);
}

const NO_FACTS: DraftFacts = { meanings: [], uniqueKeys: [], windowing: null, tables: [], scope: null, isInsertOnly: true };

function build(node: Logical, context: BuildContext): number {
  const { plan } = context;
  switch (node.kind) {
    case 'scan':
      return addScan(plan, node, context.scan);
    case 'values': {
      const meanings = node.schema.map((field) => `values.${field.name}`);
      return plan.add(
        { kind: 'values', rows: node.rows },
        [],
        node.schema,
        `Values(rows=[${node.rows.length}])`,
        { ...NO_FACTS, meanings, tables: ['values'] },
        1,
      );
    }
    case 'project':
      return addCalc(
        plan,
        context.build(node.input),
        node.expressions,
        null,
        node.schema.map((field) => field.name),
      );
    case 'filter':
      return addFilter(plan, context.build(node.input), node.condition);
    case 'aggregate':
      return buildAggregate(node, context);
    case 'windowFunction':
      return windowFunction(node, context);
    case 'join':
      return buildJoin(node, context);
    case 'union':
      return union(node, context);
    case 'rank':
      return buildRank(node, context);
    case 'sort':
      return sort(node, context);
    case 'unnest':
      return unnest(node, context);
    case 'expand':
      return expand(node, context);
  }
}

/** Windows as columns: for windows without an aggregate, and below joins and ranks. */
function windowFunction(node: LogicalWindowFunction, context: BuildContext): number {
  const { plan } = context;
  const input = context.build(node.input);
  const time = demandTime(plan.get(input), node.time, node.window.kind, node.span);
  if (domainOf(plan.get(input).schema[time].type) === 'proctime') {
    throw new SqlError('Windows by processing time need an aggregate by window_start and window_end directly above them.', node.span);
  }
  const source = node.window.kind === 'SESSION' ? addExchange(plan, input, node.partitionKeys) : input;
  const below = plan.get(source);
  const width = below.schema.length;
  const type = below.schema[time].type;
  const partition = node.partitionKeys.length > 0 ? `, partition keys=[${fieldNames(below.schema, node.partitionKeys)}]` : '';
  return plan.add(
    { kind: 'windowTableFunction', window: node.window, time, domain: domainOf(type), partitionKeys: node.partitionKeys },
    [source],
    [...below.schema, ...node.schema.slice(width)],
    `WindowTableFunction(window=[${describeWindow(node.window, below.schema[time].name, null)}${partition}])`,
    {
      ...below.facts,
      meanings: [
        ...below.facts.meanings,
        ...(['window_start', 'window_end', 'window_time'] as const).map((p) => windowMeaning(p, node.window)),
      ],
      uniqueKeys: below.facts.uniqueKeys.map((key) => ({ ...key, columns: [...key.columns, width] })),
      windowing: { spec: node.window, start: width, end: width + 1, time: width + 2, domain: domainOf(type), isZoned: isZonedTime(type) },
      scope: node.scope,
    },
    node.window.kind === 'SESSION' && node.partitionKeys.length === 0 ? 1 : null,
  );
}

function union(node: LogicalUnion, context: BuildContext): number {
  const { plan } = context;
  const inputs = node.inputs.map((input) => context.build(input));
  const drafts = inputs.map((id) => plan.get(id));
  // Columns that are time attributes on every side stay so.
  const schema: RowSchema = node.schema.map((field, i) => {
    const types = drafts.map((d) => d.schema[i].type);
    const isTime = types.every((t) => isRowtime(t) && t.kind === types[0].kind);
    return { name: field.name, type: isTime ? field.type : withoutAttribute(field.type) };
  });
  const windowings = drafts.map((d) => JSON.stringify(d.facts.windowing));
  const facts: DraftFacts = {
    meanings: node.schema.map((_, i) => [...new Set(drafts.map((d) => d.facts.meanings[i]))].join(' | ')),
    uniqueKeys: [],
    windowing: windowings.every((w) => w === windowings[0]) ? drafts[0].facts.windowing : null,
    tables: [...new Set(drafts.flatMap((d) => d.facts.tables))],
    scope: null,
    isInsertOnly: drafts.every((d) => d.facts.isInsertOnly),
  };
  return plan.add({ kind: 'union' }, inputs, schema, `Union(all=[true], union=[${schema.map((f) => f.name).join(', ')}])`, facts);
}

function sort(node: LogicalSort, context: BuildContext): number {
  const { plan } = context;
  const input = context.build(node.input);
  const first = node.orderBy.at(0);
  const below = plan.get(input);
  const isByTime = first !== undefined && isRowtime(below.schema[first.index].type) && !first.descending;
  const exchange = addExchange(plan, input, []);
  const order = describeOrder(below.schema, node.orderBy);
  if (node.limit === null) {
    if (first === undefined) throw new SqlError('OFFSET needs LIMIT on a stream.', node.span);
    if (!isByTime || !below.facts.isInsertOnly || node.offset > 0) {
      throw new SqlError(
        'A stream is sorted only by a time attribute first, ascending, or with LIMIT. Add LIMIT, or order by the rowtime column.',
        node.span,
      );
    }
    return plan.add(
      { kind: 'temporalSort', time: first.index, orderBy: node.orderBy },
      [exchange],
      below.schema,
      `TemporalSort(orderBy=[${order}])`,
      { ...below.facts, scope: node.scope },
      1,
    );
  }
  const isPlainLimit = first === undefined && below.facts.isInsertOnly;
  const schema = below.schema.map((field) => ({ name: field.name, type: isPlainLimit ? field.type : withoutAttribute(field.type) }));
  const text =
    first === undefined
      ? `Limit(offset=[${node.offset}], fetch=[${node.limit}])`
      : `SortLimit(orderBy=[${order}], offset=[${node.offset}], fetch=[${node.limit}])`;
  return plan.add(
    {
      kind: 'sortLimit',
      orderBy: node.orderBy,
      offset: node.offset,
      limit: node.limit,
      isInputChanging: !below.facts.isInsertOnly,
      emitUpdateBefore: false,
    },
    [exchange],
    schema,
    text,
    { ...below.facts, windowing: mapWindowing(below.facts.windowing, (i) => i), scope: node.scope, isInsertOnly: isPlainLimit },
    1,
  );
}

function unnest(node: LogicalUnnest, context: BuildContext): number {
  const { plan } = context;
  const input = context.build(node.input);
  const below = plan.get(input);
  const width = below.schema.length;
  const array = expressionText(node.array, (i) => below.schema[i].name);
  const meaning = expressionText(node.array, (i) => below.facts.meanings[i]);
  return plan.add(
    { kind: 'unnest', array: node.array, joinKind: node.joinKind, withOrdinality: node.withOrdinality, condition: node.condition },
    [input],
    [...below.schema, ...node.schema.slice(width)],
    `Correlate(invocation=[UNNEST(${array})], joinType=[${node.joinKind === 'inner' ? 'INNER' : 'LEFT'}])`,
    {
      ...below.facts,
      meanings: [...below.facts.meanings, ...node.schema.slice(width).map((f, i) => `unnest(${meaning}).${i}:${f.type.kind}`)],
      uniqueKeys: [],
    },
  );
}

function expand(node: LogicalExpand, context: BuildContext): number {
  const { plan } = context;
  const input = context.build(node.input);
  const below = plan.get(input);
  const isAlwaysKept = (index: number | null): index is number => index !== null && node.sets.every((set) => set.keep.includes(index));
  const schema = node.schema.map((field, i) => {
    const own = below.schema[i];
    return own !== undefined && isAlwaysKept(i) ? own : { name: field.name, type: withoutAttribute(field.type) };
  });
  return plan.add(
    { kind: 'expand', sets: node.sets },
    [input],
    schema,
    `Expand(sets=[${node.sets.map((set) => `{${set.keep.join(', ')}}`).join(', ')}])`,
    {
      ...below.facts,
      meanings: [...below.facts.meanings, 'grouping_id'],
      uniqueKeys: [],
      windowing: mapWindowing(below.facts.windowing, (i) => (isAlwaysKept(i) ? i : null)),
    },
  );
}
