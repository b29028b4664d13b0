/**
 * Sets of needed columns and nested fields. A path is a column index followed by field indexes. A set holds no path below another
 * one: who needs the whole row needs its fields with it.
 */
import type { SqlType } from '../types/sql-type.ts';
import type { Expression } from './expression.ts';
import { inputRef, mapOperands } from './expression-rewrite.ts';
import type { ColumnPath } from './logical-plan.ts';

export function isPrefix(prefix: ColumnPath, path: ColumnPath): boolean {
  return prefix.length <= path.length && prefix.every((step, i) => step === path[i]);
}

/** In order of columns and fields, without paths that lie below another one. */
export function normalisePaths(paths: Iterable<ColumnPath>): readonly ColumnPath[] {
  const sorted = [...paths].sort(comparePaths);
  const kept: ColumnPath[] = [];
  for (const path of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !isPrefix(last, path)) kept.push(path);
  }
  return kept;
}

function comparePaths(a: ColumnPath, b: ColumnPath): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** The path of a chain of field accesses on an input; null for anything else. */
function chainOf(expression: Expression): ColumnPath | null {
  if (expression.kind === 'input') return [expression.index];
  if (expression.kind !== 'field') return null;
  const base = chainOf(expression.arg);
  return base === null ? null : [...base, expression.index];
}

export function collectPaths(expressions: Iterable<Expression>): ColumnPath[] {
  const paths: ColumnPath[] = [];
  const visit = (expression: Expression): Expression => {
    const chain = chainOf(expression);
    if (chain === null) return mapOperands(expression, visit);
    paths.push(chain);
    return expression;
  };
  for (const expression of expressions) visit(expression);
  return paths;
}

/** Takes fields of an expression; fields of a nullable row are nullable. */
export function takeFields(expression: Expression, steps: readonly number[]): Expression {
  let taken = expression;
  for (const index of steps) {
    const row: SqlType = taken.type;
    if (row.kind !== 'ROW') throw new Error(`a field of ${row.kind}`);
    const type = row.fields[index].type;
    taken = { kind: 'field', arg: taken, index, type: { ...type, nullable: type.nullable || row.nullable } as SqlType };
  }
  return taken;
}

/** Rewrites an expression for a row whose columns are these paths of the former row. */
export function onPaths(expression: Expression, paths: readonly ColumnPath[], types: readonly SqlType[]): Expression {
  const rewrite = (part: Expression): Expression => {
    const chain = chainOf(part);
    if (chain === null) return mapOperands(part, rewrite);
    const at = paths.findIndex((path) => isPrefix(path, chain));
    if (at < 0) throw new Error(`the column path ${chain.join('.')} was pruned though it is used`);
    return takeFields(inputRef(at, types[at]), chain.slice(paths[at].length));
  };
  return rewrite(expression);
}

/** Index of a whole column. */
export function columnAt(index: number, paths: readonly ColumnPath[]): number {
  const at = paths.findIndex((path) => path.length === 1 && path[0] === index);
  if (at < 0) throw new Error(`the column ${index} was pruned though it is used`);
  return at;
}
