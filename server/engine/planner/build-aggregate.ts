/**
 * Chooses the operator of an aggregate: a window aggregate that makes its windows itself (TVF merged, or a group window), one over
 * windows that its input carries (`attached`), or a plain group aggregate. Source: Flink's rules PullUpWindowTableFunctionIntoWindowAggregate and
 * StreamPhysicalWindowAggregateRule.
 */
import { withoutAttribute } from '../types/coercion.ts';
import type { RowField, RowSchema } from '../types/sql-type.ts';
import type { BuildContext } from './build-context.ts';
import { addCalc } from './calc-draft.ts';
import { describeAggregates, describeWindow, fieldNames, windowMeaning } from './describe.ts';
import { isDeterministic } from './determinism.ts';
import type { Expression } from './expression.ts';
import { conjunction, conjunctsOf, inputRef, inputsOf, substitute } from './expression-rewrite.ts';
import type { Logical, LogicalAggregate, LogicalCall, LogicalWindowFunction } from './logical-plan.ts';
import { type Draft, type DraftFacts, uniqueKey, type Windowing } from './physical-draft.ts';
import type { AggregateCall, TimeDomain, WindowProperty, WindowSpec } from './physical-plan.ts';
import { addExchange } from './scan-draft.ts';
import { demandTime, domainOf, isZonedTime } from './time-columns.ts';

export function buildAggregate(node: LogicalAggregate, context: BuildContext): number {
  if (node.window !== null) {
    const input = context.build(node.input);
    const time = demandTime(context.plan.get(input), node.window.time, 'A group window', node.span);
    return addWindowAggregate(context, {
      input,
      spec: node.window.spec,
      time,
      keys: node.keys,
      calls: node.calls,
      properties: node.properties,
      attached: null,
      isZoned: isZonedTime(context.plan.get(input).schema[time].type),
      domain: domainOf(context.plan.get(input).schema[time].type),
      schema: node.schema,
      scope: node.scope,
    });
  }
  const merged = mergeWindowFunction(node, context);
  if (merged !== null) return merged;
  const input = context.build(node.input);
  const windowing = context.plan.get(input).facts.windowing;
  if (windowing !== null && isIn(windowing.start, node.keys) && isIn(windowing.end, node.keys))
    return attachedAggregate(node, input, windowing, context);
  return groupAggregate(node, input, context);
}

function isIn(index: number | null, keys: readonly number[]): boolean {
  return index !== null && keys.includes(index);
}

function aggregateCalls(calls: readonly LogicalCall[], input: Draft): readonly AggregateCall[] {
  return calls.map((call) => {
    const meaning = (index: number): string => input.facts.meanings[index];
    const args = call.args.map(meaning).join(', ');
    const options = call.options ? `; ${JSON.stringify(call.options)}` : '';
    const filter = call.filter === null ? '' : ` filter(${meaning(call.filter)})`;
    const digest = `${call.function}(${call.isDistinct ? 'DISTINCT ' : ''}${args}${options})${filter}`;
    return { ...call, digest };
  });
}

function groupAggregate(node: LogicalAggregate, input: number, context: BuildContext): number {
  const { plan } = context;
  const exchange = addExchange(plan, input, node.keys);
  const below = plan.get(exchange);
  const aggregates = aggregateCalls(node.calls, below);
  const schema = node.schema.map((field): RowField => ({ name: field.name, type: withoutAttribute(field.type) }));
  const isInputChanging = !below.facts.isInsertOnly;
  const keyCount = node.keys.length;
  const facts: DraftFacts = {
    meanings: [...node.keys.map((key) => below.facts.meanings[key]), ...aggregates.map((a) => a.digest)],
    uniqueKeys: [uniqueKey(node.keys.map((_, i) => i))],
    windowing: null,
    tables: below.facts.tables,
    scope: node.scope,
    isInsertOnly: node.calls.length === 0 && !isInputChanging,
  };
  const groupBy = keyCount > 0 ? `groupBy=[${fieldNames(below.schema, node.keys)}], ` : '';
  const description = `GroupAggregate(${groupBy}select=[${describeAggregates(below.schema, node.keys, aggregates)}])`;
  const payload = { kind: 'groupAggregate', keys: node.keys, aggregates, isInputChanging, emitUpdateBefore: false } as const;
  return plan.add(payload, [exchange], schema, description, facts, keyCount === 0 ? 1 : null);
}

interface WindowAggregateParts {
  readonly input: number;
  readonly spec: WindowSpec;
  readonly time: number;
  readonly keys: readonly number[];
  readonly calls: readonly LogicalCall[];
  readonly properties: readonly WindowProperty[];
  readonly attached: { readonly start: number; readonly end: number } | null;
  readonly isZoned: boolean;
  readonly domain: TimeDomain;
  /** Keys, calls, properties. */
  readonly schema: RowSchema;
  readonly scope: string | null;
}

function addWindowAggregate(context: BuildContext, parts: WindowAggregateParts): number {
  const { plan } = context;
  const exchange = addExchange(plan, parts.input, parts.keys);
  const below = plan.get(exchange);
  const aggregates = aggregateCalls(parts.calls, below);
  const propertyStart = parts.keys.length + aggregates.length;
  const placeOf = (property: WindowProperty): number | null => {
    const at = parts.properties.indexOf(property);
    return at < 0 ? null : propertyStart + at;
  };
  const [start, end, time] = [placeOf('window_start'), placeOf('window_end'), placeOf('window_time')];
  const keyColumns = parts.keys.map((_, i) => i);
  const windowText = describeWindow(
    parts.spec,
    below.schema[parts.time].name,
    parts.attached === null ? null : [below.schema[parts.attached.start].name, below.schema[parts.attached.end].name],
  );
  const facts: DraftFacts = {
    meanings: [
      ...parts.keys.map((key) => below.facts.meanings[key]),
      ...aggregates.map((a) => a.digest),
      ...parts.properties.map((p) => windowMeaning(p, parts.spec)),
    ],
    uniqueKeys: [start, end].flatMap((column) => (column === null ? [] : [uniqueKey([...keyColumns, column])])),
    windowing: start === null && end === null ? null : { spec: parts.spec, start, end, time, domain: parts.domain, isZoned: parts.isZoned },
    tables: below.facts.tables,
    scope: parts.scope,
    isInsertOnly: true,
  };
  const groupBy = parts.keys.length > 0 ? `groupBy=[${fieldNames(below.schema, parts.keys)}], ` : '';
  const select = [describeAggregates(below.schema, parts.keys, aggregates), ...parts.properties].filter((text) => text !== '').join(', ');
  return plan.add(
    {
      kind: 'windowAggregate',
      window: parts.spec,
      time: parts.time,
      domain: parts.domain,
      keys: parts.keys,
      aggregates,
      properties: parts.properties,
      isInputChanging: !below.facts.isInsertOnly,
      attached: parts.attached,
      isZoned: parts.isZoned,
    },
    [exchange],
    parts.schema,
    `WindowAggregate(${groupBy}window=[${windowText}], select=[${select}])`,
    facts,
    parts.keys.length === 0 ? 1 : null,
  );
}

const PROPERTIES: readonly WindowProperty[] = ['window_start', 'window_end', 'window_time'];

/** Aggregates over windows of the input, and puts the columns back into the order of the logical node. */
function attachedAggregate(node: LogicalAggregate, input: number, windowing: Windowing, context: BuildContext): number {
  const properties = node.keys.map((key) =>
    key === windowing.start ? 'window_start' : key === windowing.end ? 'window_end' : key === windowing.time ? 'window_time' : null,
  );
  return windowKeysApart(node, properties, context, (keys, propertyList, schema) =>
    addWindowAggregate(context, {
      input,
      spec: windowing.spec,
      time: windowing.time ?? (windowing.end as number),
      keys,
      calls: node.calls,
      properties: propertyList,
      attached: { start: windowing.start as number, end: windowing.end as number },
      isZoned: windowing.isZoned,
      domain: windowing.domain,
      schema,
      scope: node.scope,
    }),
  );
}

/** `properties[i]` says which window property key i is, or null for a real key. */
function windowKeysApart(
  node: LogicalAggregate,
  properties: readonly (WindowProperty | null)[],
  context: BuildContext,
  add: (keys: readonly number[], properties: readonly WindowProperty[], schema: RowSchema) => number,
): number {
  const keyPlaces = node.keys.map((_, i) => i).filter((i) => properties[i] === null);
  const propertyList = PROPERTIES.filter((p) => properties.includes(p));
  const callFields = node.schema.slice(node.keys.length);
  const schema = [
    ...keyPlaces.map((i): RowField => ({ name: node.schema[i].name, type: withoutAttribute(node.schema[i].type) })),
    ...callFields,
    ...propertyList.map((p) => node.schema[properties.indexOf(p)]),
  ];
  const id = add(
    keyPlaces.map((i) => node.keys[i]),
    propertyList,
    schema,
  );
  const propertyStart = keyPlaces.length + callFields.length;
  const order = node.schema.map((_, i) => {
    if (i >= node.keys.length) return keyPlaces.length + i - node.keys.length;
    const property = properties[i];
    return property === null ? keyPlaces.indexOf(i) : propertyStart + propertyList.indexOf(property);
  });
  return addCalc(
    context.plan,
    id,
    order.map((index) => inputRef(index, schema[index].type)),
    null,
    node.schema.map((f) => f.name),
  );
}

interface OverWindow {
  readonly window: LogicalWindowFunction;
  /** The aggregate's input columns over the window function's output. */
  readonly columns: readonly Expression[];
  readonly condition: Expression | null;
}

/** The window function below projections and filters, with these composed; null when there is none. */
function findWindowFunction(node: Logical): OverWindow | null {
  if (node.kind === 'windowFunction') {
    return { window: node, columns: node.schema.map((f, i) => inputRef(i, f.type)), condition: null };
  }
  if (node.kind !== 'project' && node.kind !== 'filter') return null;
  const below = findWindowFunction(node.input);
  if (below === null || !below.columns.every(isDeterministic)) return null;
  if (node.kind === 'project') return { ...below, columns: node.expressions.map((e) => substitute(e, below.columns)) };
  const own = conjunctsOf(substitute(node.condition, below.columns));
  return { ...below, condition: conjunction([...(below.condition === null ? [] : conjunctsOf(below.condition)), ...own]) };
}

/** GROUP BY window_start, window_end directly over a window function: the aggregate assigns the windows. */
function mergeWindowFunction(node: LogicalAggregate, context: BuildContext): number | null {
  const found = findWindowFunction(node.input);
  if (found === null) return null;
  const { window, columns, condition } = found;
  const width = window.input.schema.length;
  const propertyOf = (e: Expression): WindowProperty | null =>
    e.kind === 'input' && e.index >= width ? PROPERTIES[e.index - width] : null;
  const properties = node.keys.map((key) => propertyOf(columns[key]));
  if (!properties.includes('window_start') || !properties.includes('window_end')) return null;
  const touchesWindow = (e: Expression): boolean => [...inputsOf(e)].some((index) => index >= width);
  const used = new Set([
    ...node.keys.filter((_, i) => properties[i] === null),
    ...node.calls.flatMap((c) => [...c.args, ...(c.filter === null ? [] : [c.filter])]),
  ]);
  if ([...used].some((column) => touchesWindow(columns[column])) || (condition !== null && touchesWindow(condition))) return null;
  if (window.window.kind === 'SESSION') {
    const keys = node.keys.filter((_, i) => properties[i] === null).map((key) => columns[key]);
    const isSamePartition =
      keys.length === window.partitionKeys.length && keys.every((e) => e.kind === 'input' && window.partitionKeys.includes(e.index));
    if (condition !== null || !isSamePartition) return null;
  }
  const input = context.build(window.input);
  demandTime(context.plan.get(input), window.time, window.window.kind, window.span);
  const kept = [...used].sort((a, b) => a - b);
  const projection = kept.map((column) => columns[column]);
  const names = kept.map((column) => node.input.schema[column].name);
  let time = projection.findIndex((e) => e.kind === 'input' && e.index === window.time);
  if (time < 0) {
    time = projection.push(inputRef(window.time, window.input.schema[window.time].type)) - 1;
    names.push(window.input.schema[window.time].name);
  }
  const calc = addCalc(context.plan, input, projection, condition, names);
  const compact: LogicalAggregate = {
    ...node,
    keys: node.keys.map((key) => kept.indexOf(key)),
    calls: node.calls.map((c) => ({
      ...c,
      args: c.args.map((a) => kept.indexOf(a)),
      filter: c.filter === null ? null : kept.indexOf(c.filter),
    })),
  };
  const timeType = context.plan.get(calc).schema[time].type;
  return windowKeysApart(compact, properties, context, (keys, propertyList, schema) =>
    addWindowAggregate(context, {
      input: calc,
      spec: window.window,
      time,
      keys,
      calls: compact.calls,
      properties: propertyList,
      attached: null,
      isZoned: isZonedTime(timeType),
      domain: domainOf(timeType),
      schema,
      scope: node.scope ?? window.scope,
    }),
  );
}
