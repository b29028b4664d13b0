/**
 * Removes columns and nested fields that nobody needs, from the result down to the scans. Each step answers for a set of needed paths
 * with a node and what its columns are (a superset of what was asked). What a scan reads is decided by `leaf`: one pass over all
 * queries of a job collects, a second one gives each scan of a table the same columns, so that they can share one source.
 */
import { type RowField, type RowSchema, type SqlType, withNullability } from '../types/sql-type.ts';
import { collectPaths, columnAt, normalisePaths, onPaths, takeFields } from './column-paths.ts';
import type { Expression } from './expression.ts';
import { inputRef } from './expression-rewrite.ts';
import {
  type ColumnPath,
  type Logical,
  type LogicalAggregate,
  type LogicalJoin,
  type LogicalProject,
  type LogicalRank,
  type LogicalScan,
  type LogicalUnion,
  type LogicalUnnest,
  type LogicalWindowFunction,
  project,
} from './logical-plan.ts';

export interface Pruned {
  readonly node: Logical;
  /** What each column of the node's schema is in terms of the node before pruning. */
  readonly paths: readonly ColumnPath[];
}

export type PruneLeaf = (scan: LogicalScan, needed: readonly ColumnPath[]) => Pruned;

/** The same columns as before at the top. */
export function pruneColumns(node: Logical, leaf: PruneLeaf): Logical {
  const all = node.schema.map((_, index): ColumnPath => [index]);
  return exactly(prune(node, all, leaf), all, node.schema);
}

function exactly(pruned: Pruned, wanted: readonly ColumnPath[], schema: RowSchema): Logical {
  const types = typesOf(pruned.node.schema);
  const isSame =
    wanted.length === pruned.paths.length &&
    wanted.every((path, i) => path.length === 1 && pruned.paths[i].length === 1 && path[0] === pruned.paths[i][0]);
  if (isSame) return pruned.node;
  const expressions = wanted.map((path) => onPaths(inputRef(path[0], schema[path[0]].type), pruned.paths, types));
  return project(
    pruned.node,
    expressions,
    wanted.map((path) => schema[path[0]].name),
  );
}

function typesOf(schema: RowSchema): readonly SqlType[] {
  return schema.map((field) => field.type);
}

const wholeColumns = (indexes: Iterable<number>): ColumnPath[] => [...indexes].map((index) => [index]);

function prune(node: Logical, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  switch (node.kind) {
    case 'scan':
      return leaf(node, normalisePaths(needed));
    case 'values': {
      const columns = [...new Set(needed.map((path) => path[0]))].sort((a, b) => a - b);
      const pick = <T>(row: readonly T[]): T[] => columns.map((c) => row[c]);
      return { node: { ...node, rows: node.rows.map(pick), schema: pick(node.schema) }, paths: wholeColumns(columns) };
    }
    case 'project':
      return pruneProject(node, needed, leaf);
    case 'filter': {
      const input = prune(node.input, normalisePaths([...needed, ...collectPaths([node.condition])]), leaf);
      const condition = onPaths(node.condition, input.paths, typesOf(input.node.schema));
      return { node: { ...node, input: input.node, condition, schema: input.node.schema }, paths: input.paths };
    }
    case 'aggregate':
      return pruneAggregate(node, needed, leaf);
    case 'windowFunction':
      return pruneWindowFunction(node, needed, leaf);
    case 'join':
      return pruneJoin(node, needed, leaf);
    case 'union':
      return pruneUnion(node, needed, leaf);
    case 'rank':
      return pruneRank(node, needed, leaf);
    case 'sort': {
      const input = prune(node.input, normalisePaths([...needed, ...wholeColumns(node.orderBy.map((k) => k.index))]), leaf);
      const orderBy = node.orderBy.map((key) => ({ ...key, index: columnAt(key.index, input.paths) }));
      return { node: { ...node, input: input.node, orderBy, schema: input.node.schema }, paths: input.paths };
    }
    case 'unnest':
      return pruneUnnest(node, needed, leaf);
    case 'expand': {
      const all = node.input.schema.map((_, index): ColumnPath => [index]);
      const input = exactly(prune(node.input, all, leaf), all, node.input.schema);
      return { node: { ...node, input }, paths: wholeColumns(node.schema.keys()) };
    }
  }
}

function pruneProject(node: LogicalProject, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const paths = normalisePaths(needed);
  const expressions = paths.map((path) => takeFields(node.expressions[path[0]], path.slice(1)));
  const input = prune(node.input, normalisePaths(collectPaths(expressions)), leaf);
  const types = typesOf(input.node.schema);
  const rewritten = expressions.map((expression) => onPaths(expression, input.paths, types));
  const names = paths.map((path) => node.schema[path[0]].name);
  return { node: project(input.node, rewritten, names), paths };
}

function pruneAggregate(node: LogicalAggregate, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const wanted = new Set(needed.map((path) => path[0]));
  const keyCount = node.keys.length;
  const kept = node.calls.map((_, i) => i).filter((i) => wanted.has(keyCount + i));
  const calls = kept.map((i) => node.calls[i]);
  const used = [
    ...node.keys,
    ...calls.flatMap((c) => [...c.args, ...(c.filter === null ? [] : [c.filter])]),
    ...(node.window ? [node.window.time] : []),
  ];
  const input = prune(node.input, normalisePaths(wholeColumns(used)), leaf);
  const at = (index: number): number => columnAt(index, input.paths);
  const propertyStart = keyCount + node.calls.length;
  const columns = [...node.keys.keys(), ...kept.map((i) => keyCount + i), ...node.properties.map((_, i) => propertyStart + i)];
  return {
    node: {
      ...node,
      input: input.node,
      keys: node.keys.map(at),
      calls: calls.map((c) => ({ ...c, args: c.args.map(at), filter: c.filter === null ? null : at(c.filter) })),
      window: node.window === null ? null : { ...node.window, time: at(node.window.time) },
      schema: columns.map((c) => node.schema[c]),
    },
    paths: wholeColumns(columns),
  };
}

function pruneWindowFunction(node: LogicalWindowFunction, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const width = node.input.schema.length;
  const below = needed.filter((path) => path[0] < width);
  const input = prune(node.input, normalisePaths([...below, ...wholeColumns([node.time, ...node.partitionKeys])]), leaf);
  const at = (index: number): number => columnAt(index, input.paths);
  return {
    node: {
      ...node,
      input: input.node,
      time: at(node.time),
      partitionKeys: node.partitionKeys.map(at),
      schema: [...input.node.schema, ...node.schema.slice(width)],
    },
    paths: [...input.paths, ...wholeColumns([width, width + 1, width + 2])],
  };
}

function pruneJoin(node: LogicalJoin, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const width = node.left.schema.length;
  const used = [...needed, ...(node.condition === null ? [] : collectPaths([node.condition]))];
  const shift = (path: ColumnPath, by: number): ColumnPath => [path[0] + by, ...path.slice(1)];
  const left = prune(node.left, normalisePaths(used.filter((path) => path[0] < width)), leaf);
  const right = prune(node.right, normalisePaths(used.filter((path) => path[0] >= width).map((path) => shift(path, -width))), leaf);
  const bothPaths = [...left.paths, ...right.paths.map((path) => shift(path, width))];
  const bothTypes = [...typesOf(left.node.schema), ...typesOf(right.node.schema)];
  const { joinKind } = node;
  const isOneSided = joinKind === 'semi' || joinKind === 'anti';
  const nullable = (fields: RowSchema, isNullable: boolean): RowField[] =>
    fields.map((f) => (isNullable ? { name: f.name, type: withNullability(f.type, true) } : f));
  const leftFields = nullable(left.node.schema, joinKind === 'right' || joinKind === 'full');
  const rightFields = nullable(right.node.schema, joinKind === 'left' || joinKind === 'full');
  return {
    node: {
      ...node,
      left: left.node,
      right: right.node,
      condition: node.condition === null ? null : onPaths(node.condition, bothPaths, bothTypes),
      schema: isOneSided ? leftFields : [...leftFields, ...rightFields],
    },
    paths: isOneSided ? left.paths : bothPaths,
  };
}

function pruneUnion(node: LogicalUnion, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const columns = wholeColumns([...new Set(needed.map((path) => path[0]))].sort((a, b) => a - b));
  const inputs = node.inputs.map((input) => exactly(prune(input, columns, leaf), columns, input.schema));
  return { node: { ...node, inputs, schema: columns.map((path) => node.schema[path[0]]) }, paths: columns };
}

function pruneRank(node: LogicalRank, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const width = node.input.schema.length;
  const outputRank = needed.some((path) => path[0] === width);
  const below = needed.filter((path) => path[0] < width);
  if (!outputRank && node.range === null) return prune(node.input, below, leaf);
  const keys = wholeColumns([...node.partitionKeys, ...node.orderBy.map((k) => k.index)]);
  const input = prune(node.input, normalisePaths([...below, ...keys]), leaf);
  const at = (index: number): number => columnAt(index, input.paths);
  return {
    node: {
      ...node,
      input: input.node,
      partitionKeys: node.partitionKeys.map(at),
      orderBy: node.orderBy.map((key) => ({ ...key, index: at(key.index) })),
      outputRank,
      schema: [...input.node.schema, ...(outputRank ? [node.schema[width]] : [])],
    },
    paths: [...input.paths, ...(outputRank ? wholeColumns([width]) : [])],
  };
}

function pruneUnnest(node: LogicalUnnest, needed: readonly ColumnPath[], leaf: PruneLeaf): Pruned {
  const width = node.input.schema.length;
  const added = node.schema.slice(width);
  const conditionPaths = node.condition === null ? [] : collectPaths([node.condition]);
  const below = [...needed, ...conditionPaths].filter((path) => path[0] < width);
  const input = prune(node.input, normalisePaths([...below, ...collectPaths([node.array])]), leaf);
  const paths = [...input.paths, ...wholeColumns(added.map((_, i) => width + i))];
  const schema = [...input.node.schema, ...added];
  const rewrite = (expression: Expression, fields: RowSchema): Expression => onPaths(expression, paths, typesOf(fields));
  return {
    node: {
      ...node,
      input: input.node,
      array: rewrite(node.array, schema),
      condition: node.condition === null ? null : rewrite(node.condition, schema),
      schema,
    },
    paths,
  };
}
