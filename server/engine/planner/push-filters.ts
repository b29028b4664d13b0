/**
 * Pushes conditions down: through projections and unions, into the sides of joins (which makes comma joins equi-joins), and a condition
 * on a rank column into the rank as its range. Aggregates, windows, LIMIT and watermarks are not passed.
 */
import { SqlError } from '../sql/problem.ts';
import { isDeterministic } from './determinism.ts';
import type { Expression } from './expression.ts';
import { conjunction, conjunctsOf, inputsOf, shiftInputs, substitute } from './expression-rewrite.ts';
import { filter, type Logical, type LogicalJoin, type LogicalRank } from './logical-plan.ts';
import { rankRange } from './rank-range.ts';

export function pushFilters(node: Logical): Logical {
  return push(node, []);
}

function push(node: Logical, conditions: readonly Expression[]): Logical {
  switch (node.kind) {
    case 'filter':
      return push(node.input, [...conjunctsOf(node.condition), ...conditions]);
    case 'project': {
      const isPushable = (condition: Expression): boolean =>
        isDeterministic(condition) && [...inputsOf(condition)].every((index) => isDeterministic(node.expressions[index]));
      const pushed = conditions.filter(isPushable).map((condition) => substitute(condition, node.expressions));
      const kept = conditions.filter((condition) => !isPushable(condition));
      return filter({ ...node, input: push(node.input, pushed) }, conjunction(kept));
    }
    case 'union':
      return { ...node, inputs: node.inputs.map((input) => push(input, conditions)) };
    case 'join':
      return pushIntoJoin(node, conditions);
    case 'rank':
      return pushIntoRank(node, conditions);
    case 'scan':
    case 'values':
      return filter(node, conjunction(conditions));
    default:
      return filter({ ...node, input: push(node.input, []) } as Logical, conjunction(conditions));
  }
}

function pushIntoJoin(node: LogicalJoin, conditions: readonly Expression[]): Logical {
  const width = node.left.schema.length;
  const isLeft = (c: Expression): boolean => [...inputsOf(c)].every((index) => index < width);
  const isRight = (c: Expression): boolean => [...inputsOf(c)].every((index) => index >= width);
  const own = node.condition === null ? [] : conjunctsOf(node.condition);
  const [toLeft, toRight, toJoin, above]: Expression[][] = [[], [], [], []];
  const { joinKind } = node;
  for (const condition of conditions) {
    if (!isDeterministic(condition)) above.push(condition);
    else if (joinKind === 'semi' || joinKind === 'anti') toLeft.push(condition);
    else if (isLeft(condition) && (joinKind === 'inner' || joinKind === 'left')) toLeft.push(condition);
    else if (isRight(condition) && (joinKind === 'inner' || joinKind === 'right')) toRight.push(condition);
    else if (joinKind === 'inner') toJoin.push(condition);
    else above.push(condition);
  }
  for (const condition of own) {
    const isSafe = isDeterministic(condition);
    if (isSafe && isLeft(condition) && (joinKind === 'inner' || joinKind === 'right' || joinKind === 'semi')) toLeft.push(condition);
    else if (isSafe && isRight(condition) && joinKind !== 'right' && joinKind !== 'full') toRight.push(condition);
    else toJoin.push(condition);
  }
  const joined: Logical = {
    ...node,
    left: push(node.left, toLeft),
    right: push(
      node.right,
      toRight.map((c) => shiftInputs(c, -width)),
    ),
    condition: conjunction(toJoin),
  };
  return filter(joined, conjunction(above));
}

function pushIntoRank(node: LogicalRank, conditions: readonly Expression[]): Logical {
  const rankColumn = node.input.schema.length;
  const [onRank, onKeys, above]: Expression[][] = [[], [], []];
  for (const condition of conditions) {
    const inputs = [...inputsOf(condition)];
    if (inputs.length === 1 && inputs[0] === rankColumn) onRank.push(condition);
    else if (isDeterministic(condition) && inputs.every((index) => node.partitionKeys.includes(index))) onKeys.push(condition);
    else above.push(condition);
  }
  const found = rankRange(onRank, node.range);
  const input = push(node.input, onKeys);
  if (found.range !== null && found.range.end < found.range.start) {
    throw new SqlError('The condition on the rank can never be true.', node.span);
  }
  return filter({ ...node, input, range: found.range }, conjunction([...found.rest, ...above]));
}
