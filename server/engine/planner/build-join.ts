/**
 * Chooses the operator of a join: window join when both sides carry the same windows and meet on start and end, interval join when the
 * condition bounds the difference of both time attributes, else a regular join. Equality on expressions becomes equality on columns that
 * are computed below the join and dropped above it.
 */
import { withoutAttribute } from '../types/coercion.ts';
import { type RowSchema, withNullability } from '../types/sql-type.ts';
import type { BuildContext } from './build-context.ts';
import { addCalc, withColumns } from './calc-draft.ts';
import type { Expression } from './expression.ts';
import { conjunction, conjunctsOf, expressionText, inputRef, inputsOf, mapInputs, shiftInputs } from './expression-rewrite.ts';
import type { LogicalJoin } from './logical-plan.ts';
import { type Draft, type DraftFacts, holdsKey, type Payload, type UniqueKey, type Windowing } from './physical-draft.ts';
import type { JoinKind } from './physical-plan.ts';
import { addExchange } from './scan-draft.ts';
import { type TimeBounds, timeBounds } from './time-bounds.ts';

interface KeyPair {
  readonly left: Expression;
  /** Over the right input's own columns. */
  readonly right: Expression;
  readonly isNullSafe: boolean;
}

interface SplitCondition {
  readonly pairs: readonly KeyPair[];
  readonly rest: readonly Expression[];
}

export function buildJoin(node: LogicalJoin, context: BuildContext): number {
  const { plan } = context;
  const left = context.build(node.left);
  const right = context.build(node.right);
  const width = plan.get(left).schema.length;
  const types = [...plan.get(left).schema, ...plan.get(right).schema].map((field) => field.type);
  const condition = node.condition === null ? null : mapInputs(node.condition, (input) => inputRef(input.index, types[input.index]));
  const conditions = condition === null ? [] : conjunctsOf(condition);
  const canUseTime =
    plan.get(left).facts.isInsertOnly && plan.get(right).facts.isInsertOnly && node.joinKind !== 'semi' && node.joinKind !== 'anti';
  const bounds = canUseTime ? timeBounds(conditions, width) : null;
  const split = splitCondition(bounds?.rest ?? conditions, width);
  const windows = bounds === null ? windowPair(split.pairs, plan.get(left), plan.get(right)) : null;
  const pairs = windows === null ? split.pairs : split.pairs.filter((pair) => !isWindowPair(pair, windows));
  return addJoin(node, left, right, { pairs, rest: split.rest }, bounds, windows, context);
}

function splitCondition(conditions: readonly Expression[], width: number): SplitCondition {
  const pairs: KeyPair[] = [];
  const rest: Expression[] = [];
  for (const condition of conditions) {
    const pair = keyPair(condition, width);
    if (pair === null) rest.push(condition);
    else pairs.push(pair);
  }
  return { pairs, rest };
}

function keyPair(condition: Expression, width: number): KeyPair | null {
  if (condition.kind !== 'call' || (condition.function !== '=' && condition.function !== 'IS NOT DISTINCT FROM')) return null;
  const side = (e: Expression): 'left' | 'right' | null => {
    const inputs = [...inputsOf(e)];
    if (inputs.length === 0) return null;
    return inputs.every((i) => i < width) ? 'left' : inputs.every((i) => i >= width) ? 'right' : null;
  };
  const [a, b] = condition.args;
  const isNullSafe = condition.function !== '=';
  if (side(a) === 'left' && side(b) === 'right') return { left: a, right: shiftInputs(b, -width), isNullSafe };
  if (side(a) === 'right' && side(b) === 'left') return { left: b, right: shiftInputs(a, -width), isNullSafe };
  return null;
}

interface WindowPair {
  readonly left: Windowing;
  readonly right: Windowing;
}

function windowPair(pairs: readonly KeyPair[], left: Draft, right: Draft): WindowPair | null {
  const [l, r] = [left.facts.windowing, right.facts.windowing];
  if (l === null || r === null || !left.facts.isInsertOnly || !right.facts.isInsertOnly) return null;
  if (JSON.stringify(l.spec) !== JSON.stringify(r.spec) || l.domain !== r.domain || l.isZoned !== r.isZoned) return null;
  const meets = (a: number | null, b: number | null): boolean => pairs.some((p) => isColumn(p.left, a) && isColumn(p.right, b));
  return meets(l.start, r.start) && meets(l.end, r.end) ? { left: l, right: r } : null;
}

function isColumn(expression: Expression, index: number | null): boolean {
  return index !== null && expression.kind === 'input' && expression.index === index;
}

function isWindowPair(pair: KeyPair, windows: WindowPair): boolean {
  return (
    (isColumn(pair.left, windows.left.start) && isColumn(pair.right, windows.right.start)) ||
    (isColumn(pair.left, windows.left.end) && isColumn(pair.right, windows.right.end))
  );
}

function addJoin(
  node: LogicalJoin,
  leftInput: number,
  rightInput: number,
  split: SplitCondition,
  bounds: TimeBounds | null,
  windows: WindowPair | null,
  context: BuildContext,
): number {
  const { plan } = context;
  const leftWidth = plan.get(leftInput).schema.length;
  const rightWidth = plan.get(rightInput).schema.length;
  const left = withColumns(
    plan,
    leftInput,
    split.pairs.map((p) => p.left),
  );
  const right = withColumns(
    plan,
    rightInput,
    split.pairs.map((p) => p.right),
  );
  const leftExchange = plan.get(addExchange(plan, left.id, left.columns));
  const rightExchange = plan.get(addExchange(plan, right.id, right.columns));
  const grown = leftExchange.schema.length;
  const place = (index: number): number => (index < leftWidth ? index : index - leftWidth + grown);
  const rest = conjunction(split.rest.map((e) => mapInputs(e, (input) => ({ ...input, index: place(input.index) }))));
  const keepsTime = bounds !== null || windows !== null;
  const schema = joinSchema(node.joinKind, leftExchange.schema, rightExchange.schema, keepsTime);
  const payload = joinPayload(node.joinKind, left.columns, right.columns, split.pairs, rest, bounds, windows, leftExchange, rightExchange);
  const facts = joinFacts(node, leftExchange, rightExchange, left.columns, right.columns, payload);
  const description = describeJoin(payload, leftExchange, rightExchange, left.columns, right.columns, rest);
  const id = plan.add(payload, [leftExchange.id, rightExchange.id], schema, description, facts, split.pairs.length === 0 ? 1 : null);
  const isOneSided = node.joinKind === 'semi' || node.joinKind === 'anti';
  const shown = [...range(0, leftWidth), ...(isOneSided ? [] : range(grown, rightWidth))];
  return addCalc(
    plan,
    id,
    shown.map((index) => inputRef(index, schema[index].type)),
    null,
    node.schema.map((field) => field.name),
  );
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function joinSchema(kind: JoinKind, left: RowSchema, right: RowSchema, keepsTime: boolean): RowSchema {
  const side = (schema: RowSchema, isNullable: boolean): RowSchema =>
    schema.map((field) => {
      const type = keepsTime ? field.type : withoutAttribute(field.type);
      return { name: field.name, type: isNullable ? withNullability(type, true) : type };
    });
  const leftFields = side(left, kind === 'right' || kind === 'full');
  if (kind === 'semi' || kind === 'anti') return leftFields;
  return [...leftFields, ...side(right, kind === 'left' || kind === 'full')];
}

function joinPayload(
  joinKind: JoinKind,
  leftKeys: readonly number[],
  rightKeys: readonly number[],
  pairs: readonly KeyPair[],
  condition: Expression | null,
  bounds: TimeBounds | null,
  windows: WindowPair | null,
  left: Draft,
  right: Draft,
): Payload {
  if (windows !== null) {
    const nullSafe = pairs.map((p) => p.isNullSafe);
    const leftWindowEnd = windows.left.end as number;
    const rightWindowEnd = windows.right.end as number;
    return {
      kind: 'windowJoin',
      joinKind,
      leftWindowEnd,
      rightWindowEnd,
      leftKeys,
      rightKeys,
      nullSafe,
      condition,
      isZoned: windows.left.isZoned,
    };
  }
  if (bounds !== null) {
    const { leftTime, rightTime, lowerMs, upperMs } = bounds;
    const nullSafe = pairs.map((p) => p.isNullSafe);
    return { kind: 'intervalJoin', joinKind, leftKeys, rightKeys, nullSafe, leftTime, rightTime, lowerMs, upperMs, condition };
  }
  return {
    kind: 'join',
    joinKind,
    leftKeys,
    rightKeys,
    nullSafe: pairs.map((p) => p.isNullSafe),
    condition,
    leftUnique: uniqueFor(left, leftKeys),
    rightUnique: uniqueFor(right, rightKeys),
    isLeftChanging: !left.facts.isInsertOnly,
    isRightChanging: !right.facts.isInsertOnly,
  };
}

/** A unique key of the side, one within the join key if there is one. */
function uniqueFor(side: Draft, keys: readonly number[]): readonly number[] | null {
  const within = side.facts.uniqueKeys.find((unique) => unique.columns.every((column) => keys.includes(column)));
  return (within ?? side.facts.uniqueKeys[0])?.columns ?? null;
}

function joinFacts(
  node: LogicalJoin,
  left: Draft,
  right: Draft,
  leftKeys: readonly number[],
  rightKeys: readonly number[],
  payload: Payload,
): DraftFacts {
  const kind = node.joinKind;
  const isOneSided = kind === 'semi' || kind === 'anti';
  const width = left.schema.length;
  const isTimed = payload.kind !== 'join';
  const shifted = right.facts.uniqueKeys.map((unique) => ({ ...unique, columns: unique.columns.map((column) => column + width) }));
  const keys: UniqueKey[] = [];
  if (isOneSided) keys.push(...left.facts.uniqueKeys);
  else {
    if (holdsKey(right.facts.uniqueKeys, rightKeys) && (kind === 'inner' || kind === 'left')) keys.push(...left.facts.uniqueKeys);
    if (holdsKey(left.facts.uniqueKeys, leftKeys) && (kind === 'inner' || kind === 'right')) keys.push(...shifted);
    if (kind !== 'full') {
      for (const l of left.facts.uniqueKeys) {
        for (const r of shifted) keys.push({ columns: [...l.columns, ...r.columns], isOrdered: l.isOrdered && r.isOrdered });
      }
    }
  }
  const isAppend = left.facts.isInsertOnly && right.facts.isInsertOnly && (kind === 'inner' || kind === 'semi');
  return {
    meanings: isOneSided ? left.facts.meanings : [...left.facts.meanings, ...right.facts.meanings],
    uniqueKeys: keys,
    windowing: payload.kind === 'windowJoin' && kind !== 'right' && kind !== 'full' ? left.facts.windowing : null,
    tables: [...left.facts.tables, ...right.facts.tables],
    scope: node.scope,
    isInsertOnly: isTimed || isAppend,
  };
}

const JOIN_NAMES: Readonly<Record<JoinKind, string>> = {
  inner: 'InnerJoin',
  left: 'LeftOuterJoin',
  right: 'RightOuterJoin',
  full: 'FullOuterJoin',
  semi: 'LeftSemiJoin',
  anti: 'LeftAntiJoin',
};

function describeJoin(
  payload: Payload,
  left: Draft,
  right: Draft,
  leftKeys: readonly number[],
  rightKeys: readonly number[],
  rest: Expression | null,
): string {
  const nameOf = (index: number): string =>
    index < left.schema.length ? left.schema[index].name : right.schema[index - left.schema.length].name;
  const equal = leftKeys.map((key, i) => `${left.schema[key].name} = ${right.schema[rightKeys[i]].name}`);
  const where = [...equal, ...(rest === null ? [] : [expressionText(rest, nameOf)])].join(' AND ');
  if (payload.kind === 'windowJoin') {
    const windows = `leftWindow=[win_end=[${left.schema[payload.leftWindowEnd].name}]], rightWindow=[win_end=[${right.schema[payload.rightWindowEnd].name}]]`;
    return `WindowJoin(${windows}, joinType=[${JOIN_NAMES[payload.joinKind]}], where=[${where}])`;
  }
  if (payload.kind === 'intervalJoin') {
    return `IntervalJoin(joinType=[${JOIN_NAMES[payload.joinKind]}], windowBounds=[leftLowerBound=${payload.lowerMs}, leftUpperBound=${payload.upperMs}], where=[${where}])`;
  }
  if (payload.kind !== 'join') throw new Error('a join');
  return `Join(joinType=[${JOIN_NAMES[payload.joinKind]}], where=[${where}])`;
}
