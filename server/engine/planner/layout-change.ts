/**
 * Changes of how an operator works that its stored records do not survive: other access to kept rows, another row of a key, more rows than were
 * kept, another time. A sentence for people, or null.
 */
import { expressionText } from './expression-rewrite.ts';
import type { NodeOf, PlanNode } from './physical-plan.ts';

export function layoutChange(old: PlanNode, node: PlanNode): string | null {
  switch (node.kind) {
    case 'groupAggregate':
    case 'windowAggregate':
      if (old.kind !== node.kind || old.isInputChanging === node.isInputChanging) return null;
      return `The input ${node.isInputChanging ? 'now takes rows back' : 'no longer takes rows back'}, for which aggregates are stored otherwise.`;
    case 'join':
      return old.kind === 'join' ? joinChange(old, node) : null;
    case 'intervalJoin':
      return old.kind === 'intervalJoin' ? intervalChange(old, node) : null;
    case 'windowJoin':
      if (old.kind !== 'windowJoin') return null;
      return (
        otherColumn(old, node, old.leftWindowEnd, node.leftWindowEnd, 'window') ??
        otherColumn(old, node, sideColumn(old, old.rightWindowEnd), sideColumn(node, node.rightWindowEnd), 'window')
      );
    case 'deduplicate':
      return old.kind === 'deduplicate' ? deduplicateChange(old, node) : null;
    case 'windowDeduplicate':
      if (old.kind !== 'windowDeduplicate') return null;
      return otherColumn(old, node, old.time, node.time, 'time') ?? otherColumn(old, node, old.windowEnd, node.windowEnd, 'window');
    case 'rank':
      return old.kind === 'rank' ? rankChange(old, node) : null;
    case 'windowRank':
      if (old.kind !== 'windowRank') return null;
      return node.rankEnd > old.rankEnd
        ? fewerKept(old.rankEnd, node.rankEnd)
        : otherColumn(old, node, old.windowEnd, node.windowEnd, 'window');
    case 'sortLimit':
      return old.kind === 'sortLimit' ? limitChange(old, node) : null;
    case 'windowTableFunction':
    case 'temporalSort':
      return old.kind === node.kind ? otherColumn(old, node, old.time, node.time, 'time') : null;
    case 'sinkUpsertMaterialize':
      return otherRows(old, node, 'The sink');
    case 'source':
      return old.kind === 'source' && old.table.connector !== node.table.connector
        ? `The table's connector changed from '${old.table.connector}' to '${node.table.connector}', so that its positions mean nothing.`
        : null;
    case 'sink':
      return old.kind === 'sink' && old.table.connector !== node.table.connector
        ? `The table's connector changed from '${old.table.connector}' to '${node.table.connector}'; what was prepared but not committed would be lost.`
        : null;
    default:
      return null;
  }
}

const fewerKept = (kept: number, wanted: number): string => `Only ${kept} rows of each key were kept, not ${wanted}.`;

/** Rows are found again by their whole value, so that all columns must be the same. */
function otherRows(old: PlanNode, node: PlanNode, who: string): string | null {
  return JSON.stringify(old.stateFields) === JSON.stringify(node.stateFields)
    ? null
    : `${who} takes rows back by their whole value, and the columns have changed.`;
}

/** The column that the order or the window goes by. */
function otherColumn(old: PlanNode, node: PlanNode, from: number, to: number, what: 'time' | 'window'): string | null {
  const [was, is] = [old.stateFields[from], node.stateFields[to]];
  return was === undefined || is === undefined || was === is ? null : `The ${what} column changed from ${was} to ${is}.`;
}

const leftWidth = (node: PlanNode): number => node.stateFields.filter((field) => field.startsWith('left.')).length;

/** Place of a column of the right side. */
const sideColumn = (node: PlanNode, column: number): number => leftWidth(node) + column;

function deduplicateChange(old: NodeOf<'deduplicate'>, node: NodeOf<'deduplicate'>): string | null {
  if (old.keep !== node.keep || (old.time === null) !== (node.time === null)) return 'Another row of each key is kept.';
  return old.time === null || node.time === null ? null : otherColumn(old, node, old.time, node.time, 'time');
}

function rankChange(old: NodeOf<'rank'>, node: NodeOf<'rank'>): string | null {
  if (old.strategy !== node.strategy) return 'The input has begun or ceased to change rows, for which the ranking is stored otherwise.';
  if (node.strategy === 'retract') return otherRows(old, node, 'The ranking');
  return node.rankEnd > old.rankEnd ? fewerKept(old.rankEnd, node.rankEnd) : null;
}

function limitChange(old: NodeOf<'sortLimit'>, node: NodeOf<'sortLimit'>): string | null {
  if (old.isInputChanging !== node.isInputChanging)
    return 'The input has begun or ceased to change rows, for which the rows are stored otherwise.';
  if (node.isInputChanging) return otherRows(old, node, 'The limit');
  const rows = ({ limit, offset }: NodeOf<'sortLimit'>): number => (limit === null ? Infinity : limit + offset);
  return rows(node) > rows(old) ? 'More rows are wanted than were kept.' : null;
}

function intervalChange(old: NodeOf<'intervalJoin'>, node: NodeOf<'intervalJoin'>): string | null {
  if (node.lowerMs < old.lowerMs || node.upperMs > old.upperMs) return 'The interval is wider: rows that it needs are no longer kept.';
  return (
    otherColumn(old, node, old.leftTime, node.leftTime, 'time') ??
    otherColumn(old, node, sideColumn(old, old.rightTime), sideColumn(node, node.rightTime), 'time')
  );
}

type Side = 'left' | 'right';

/** How rows of a side are stored: by number (input that only grows), by their whole value, by a unique key, or only counted. */
function accessOf(node: NodeOf<'join'>, side: Side): string {
  const isLeft = side === 'left';
  if (!isLeft && isTestedOnly(node) && node.condition === null) return 'counted';
  const unique = isLeft ? node.leftUnique : node.rightUnique;
  const keys = isLeft ? node.leftKeys : node.rightKeys;
  if (unique === null) return (isLeft ? node.isLeftChanging : node.isRightChanging) ? 'by value' : 'by number';
  const first = isLeft ? 0 : leftWidth(node);
  return `by key ${unique
    .filter((column) => !keys.includes(column))
    .map((column) => node.stateFields[first + column])
    .join(', ')}`;
}

const isTestedOnly = ({ joinKind }: NodeOf<'join'>): boolean => joinKind === 'semi' || joinKind === 'anti';

function joinChange(old: NodeOf<'join'>, node: NodeOf<'join'>): string | null {
  const sides: readonly Side[] = ['left', 'right'];
  if (sides.some((side) => accessOf(old, side) !== accessOf(node, side)))
    return 'A side of the join has gained or lost its unique key, or begun or ceased to take rows back: its rows are stored otherwise.';
  const columns = ({ stateFields }: PlanNode, side: Side): string =>
    JSON.stringify(stateFields.filter((field) => field.startsWith(`${side}.`)));
  const changed = sides.find((side) => accessOf(node, side) === 'by value' && columns(old, side) !== columns(node, side));
  if (changed !== undefined) return `The ${changed} side takes rows back by their whole value, and its columns have changed.`;
  // A side that is padded, or tested for existence, keeps how many rows it meets under the condition.
  return node.joinKind !== 'inner' && conditionOf(old) !== conditionOf(node)
    ? 'The condition of the join changed, under which the matches of its rows were counted.'
    : null;
}

function conditionOf(node: NodeOf<'join'>): string | null {
  return node.condition === null ? null : expressionText(node.condition, (index) => node.stateFields[index] ?? String(index));
}
