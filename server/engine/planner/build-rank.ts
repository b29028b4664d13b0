/**
 * Chooses the operator of ROW_NUMBER with a filter on it: window deduplication or window Top-N when the partition holds the window,
 * deduplication when the first or last row by a time attribute is kept, else Top-N. Source: Flink's StreamPhysicalRankRule,
 * RankUtil.canConvertToDeduplicate, StreamPhysicalWindowRankRule.
 */
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { BuildContext } from './build-context.ts';
import { addCalc, mapWindowing } from './calc-draft.ts';
import { describeOrder, fieldNames } from './describe.ts';
import { inputRef } from './expression-rewrite.ts';
import { bigintLiteral } from './literals.ts';
import type { LogicalRank } from './logical-plan.ts';
import { type DraftFacts, type UniqueKey, uniqueKey, type Windowing } from './physical-draft.ts';
import type { SortKey } from './physical-plan.ts';
import { addExchange } from './scan-draft.ts';
import { attributeOf } from './time-columns.ts';

export function buildRank(node: LogicalRank, context: BuildContext): number {
  const { range } = node;
  if (range === null) {
    throw new SqlError(
      `${node.rankFunction} without a filter on it around the query, such as WHERE rn <= 10 (Top-N, deduplication), is not supported by the embedded engine yet.`,
      node.span,
    );
  }
  if (node.rankFunction !== 'ROW_NUMBER')
    throw new SqlError(`${node.rankFunction} is not supported on a stream; use ROW_NUMBER.`, node.span);
  const input = context.build(node.input);
  const { facts, schema } = context.plan.get(input);
  const { windowing } = facts;
  const hasWindow = (column: number | null): boolean => column !== null && node.partitionKeys.includes(column);
  if (windowing !== null && facts.isInsertOnly && hasWindow(windowing.start) && hasWindow(windowing.end)) {
    return windowRank(node, range, input, windowing, context);
  }
  const [first] = node.orderBy;
  const domain = attributeOf(schema[first.index].type);
  const isFirstOnly = range.start === 1 && range.end === 1;
  if (isFirstOnly && node.orderBy.length === 1 && domain !== null && facts.isInsertOnly) {
    return deduplicate(node, input, domain === 'proctime' ? null : first.index, first, context);
  }
  return topN(node, range, input, context);
}

function windowRank(
  node: LogicalRank,
  range: { start: number; end: number },
  input: number,
  windowing: Windowing,
  context: BuildContext,
): number {
  const { plan } = context;
  const windowEnd = windowing.end as number;
  const keys = node.partitionKeys.filter((key) => key !== windowing.start && key !== windowing.end && key !== windowing.time);
  const exchange = addExchange(plan, input, keys);
  const below = plan.get(exchange);
  const [first] = node.orderBy;
  const isDeduplication =
    range.start === 1 && range.end === 1 && node.orderBy.length === 1 && attributeOf(below.schema[first.index].type) === 'rowtime';
  const facts: DraftFacts = { ...below.facts, uniqueKeys: rankKeys(node, range, below.facts), scope: node.scope };
  const partition = fieldNames(below.schema, node.partitionKeys);
  const parallelism = keys.length === 0 ? 1 : null;
  const { isZoned } = windowing;
  if (isDeduplication) {
    const keep = first.descending ? 'last' : 'first';
    const id = plan.add(
      { kind: 'windowDeduplicate', windowEnd, keys, time: first.index, keep, isZoned },
      [exchange],
      below.schema,
      `WindowDeduplicate(window=[win_end=[${below.schema[windowEnd].name}]], keep=[${keep === 'first' ? 'FirstRow' : 'LastRow'}], partitionKeys=[${partition}], orderKey=[${below.schema[first.index].name}], order=[ROWTIME])`,
      { ...facts, meanings: below.facts.meanings, uniqueKeys: [uniqueKey(node.partitionKeys)] },
      parallelism,
    );
    return node.outputRank ? withRankOne(context, id, node.schema) : id;
  }
  return plan.add(
    {
      kind: 'windowRank',
      windowEnd,
      partitionKeys: keys,
      orderBy: node.orderBy,
      rankStart: range.start,
      rankEnd: range.end,
      outputRank: node.outputRank,
      isZoned,
    },
    [exchange],
    outputSchema(node, below.schema, true),
    `WindowRank(window=[win_end=[${below.schema[windowEnd].name}]], rankType=[ROW_NUMBER], rankRange=[rankStart=${range.start}, rankEnd=${range.end}], partitionBy=[${partition}], orderBy=[${describeOrder(below.schema, node.orderBy)}])`,
    { ...facts, meanings: [...below.facts.meanings, ...(node.outputRank ? ['row_number'] : [])] },
    parallelism,
  );
}

function outputSchema(node: LogicalRank, input: RowSchema, keepsTime: boolean): RowSchema {
  const fields = keepsTime ? input : input.map((f) => ({ name: f.name, type: withoutAttribute(f.type) }));
  return node.outputRank ? [...fields, node.schema.at(-1) as RowSchema[number]] : fields;
}

/** One row of a partition: the partition is a key. With the rank in the output, partition and rank are one. */
function rankKeys(node: LogicalRank, range: { start: number; end: number }, below: DraftFacts): readonly UniqueKey[] {
  if (range.start === range.end) return [uniqueKey(node.partitionKeys), ...below.uniqueKeys];
  const withRank = node.outputRank ? [uniqueKey([...node.partitionKeys, below.meanings.length])] : [];
  return [...withRank, ...below.uniqueKeys];
}

function withRankOne(context: BuildContext, input: number, schema: RowSchema): number {
  const own = context.plan.get(input).schema.map((field, i) => inputRef(i, field.type));
  return addCalc(
    context.plan,
    input,
    [...own, bigintLiteral(1)],
    null,
    schema.map((f) => f.name),
  );
}

function deduplicate(node: LogicalRank, input: number, time: number | null, order: SortKey, context: BuildContext): number {
  const { plan } = context;
  const exchange = addExchange(plan, input, node.partitionKeys);
  const below = plan.get(exchange);
  const keep = order.descending ? 'last' : 'first';
  const isInsertOnly = time === null && keep === 'first';
  const id = plan.add(
    { kind: 'deduplicate', keys: node.partitionKeys, time, keep, emitUpdateBefore: false },
    [exchange],
    outputSchema({ ...node, outputRank: false }, below.schema, isInsertOnly),
    `Deduplicate(keep=[${keep === 'first' ? 'FirstRow' : 'LastRow'}], key=[${fieldNames(below.schema, node.partitionKeys)}], order=[${time === null ? 'PROCTIME' : 'ROWTIME'}])`,
    {
      ...below.facts,
      uniqueKeys: [uniqueKey(node.partitionKeys)],
      windowing: isInsertOnly ? below.facts.windowing : null,
      scope: node.scope,
      isInsertOnly,
    },
    node.partitionKeys.length === 0 ? 1 : null,
  );
  return node.outputRank ? withRankOne(context, id, node.schema) : id;
}

function topN(node: LogicalRank, range: { start: number; end: number }, input: number, context: BuildContext): number {
  const { plan } = context;
  const exchange = addExchange(plan, input, node.partitionKeys);
  const below = plan.get(exchange);
  const strategy = below.facts.isInsertOnly ? 'append' : 'retract';
  const partition = node.partitionKeys.length > 0 ? `partitionBy=[${fieldNames(below.schema, node.partitionKeys)}], ` : '';
  return plan.add(
    {
      kind: 'rank',
      rankFunction: 'ROW_NUMBER',
      partitionKeys: node.partitionKeys,
      orderBy: node.orderBy,
      rankStart: range.start,
      rankEnd: range.end,
      outputRank: node.outputRank,
      strategy,
      emitUpdateBefore: false,
    },
    [exchange],
    outputSchema(node, below.schema, false),
    `Rank(strategy=[${strategy === 'append' ? 'AppendFastStrategy' : 'RetractStrategy'}], rankType=[ROW_NUMBER], rankRange=[rankStart=${range.start}, rankEnd=${range.end}], ${partition}orderBy=[${describeOrder(below.schema, node.orderBy)}])`,
    {
      ...below.facts,
      meanings: [...below.facts.meanings, ...(node.outputRank ? ['row_number'] : [])],
      uniqueKeys: rankKeys(node, range, below.facts),
      windowing: mapWindowing(below.facts.windowing, (i) => i),
      scope: node.scope,
      isInsertOnly: false,
    },
    node.partitionKeys.length === 0 ? 1 : null,
  );
}
