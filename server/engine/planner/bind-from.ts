/** Binds FROM: tables, views, common table expressions, derived tables, joins, UNNEST and windowing table functions. */
import type { Identifier, JoinedTable, NamedTable, Span, TableRef, Unnest } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { formatType, type RowField, type SqlType, withNullability } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import { bindCondition, bindExpression, makeCall } from './bind-expression.ts';
import { bindNamed } from './bind-named.ts';
import { bindWindowFunction } from './bind-window-function.ts';
import { decorrelate } from './decorrelate.ts';
import type { Expression } from './expression.ts';
import { conjunction, inputRef } from './expression-rewrite.ts';
import { joinOf, outerToLeft } from './join-node.ts';
import { type Logical, project, renameTo } from './logical-plan.ts';
import type { JoinKind } from './physical-plan.ts';
import { relationOf, type Scope, type ScopeRelation, scopeOf, shiftRelation } from './scope.ts';

export interface FromResult {
  readonly rel: Logical;
  readonly relations: readonly ScopeRelation[];
}

export function bindFrom(node: TableRef | null, context: QueryContext): FromResult {
  if (node === null) return { rel: { kind: 'values', rows: [[]], schema: [] }, relations: [] };
  switch (node.kind) {
    case 'named':
      return aliased(bindNamed(node, context), node.alias ?? defaultAlias(node), node);
    case 'derived':
      return aliased(context.bindQuery(node.query, { ...context, outer: null }), node.alias, node);
    case 'tableFunction':
      return aliased(bindWindowFunction(node, context), node.alias, node);
    case 'join':
      return bindJoin(node, context);
    case 'unnest':
      return bindUnnest(node, { rel: { kind: 'values', rows: [[]], schema: [] }, relations: [] }, 'inner', context);
    case 'matchRecognize':
      throw new SqlError('MATCH_RECOGNIZE is not supported by the embedded engine yet.', node);
  }
}

function defaultAlias(node: NamedTable): { readonly name: Identifier; readonly columns: null } {
  return { name: node.name.parts.at(-1) as Identifier, columns: null };
}

function aliased(
  rel: Logical,
  alias: { readonly name: Identifier; readonly columns: readonly Identifier[] | null } | null,
  span: Span,
): FromResult {
  const named = alias?.columns
    ? renameTo(
        rel,
        alias.columns.map((c) => c.name),
        span,
      )
    : rel;
  return { rel: named, relations: [relationOf(alias?.name.name ?? null, named.schema)] };
}

const JOIN_KINDS = { INNER: 'inner', CROSS: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full' } as const;

function bindJoin(node: JoinedTable, context: QueryContext): FromResult {
  const left = bindFrom(node.left, context);
  const kind = JOIN_KINDS[node.type];
  if (node.right.kind === 'unnest') {
    if (kind !== 'inner' && kind !== 'left') throw new SqlError(`UNNEST joins as CROSS, INNER or LEFT JOIN, not ${node.type}.`, node.right);
    return bindUnnest(node.right, left, kind, context, node);
  }
  if (node.right.kind === 'derived' && node.right.isLateral) return bindLateral(node, left, kind, context);
  const right = bindFrom(node.right, context);
  const width = left.rel.schema.length;
  const both = [...left.relations, ...right.relations.map((r) => shiftRelation(r, width))];
  const usingNames = node.isNatural ? commonNames(left, right) : (node.using?.map((u) => u.name) ?? null);
  if (usingNames !== null) return joinUsing(node, kind, left, right, usingNames, context);
  const bind = { scope: scopeOf(both, context.outer), place: 'ON', functions: context.session.functions };
  const condition = node.on === null ? null : bindCondition(node.on, bind);
  const rel = joinOf(kind, left.rel, right.rel, condition, context, node);
  return { rel, relations: retyped(both, rel) };
}

function retyped(relations: readonly ScopeRelation[], rel: Logical): readonly ScopeRelation[] {
  return relations.map((r) => ({ ...r, columns: r.columns.map((c) => ({ ...c, type: rel.schema[c.index].type })) }));
}

function commonNames(left: FromResult, right: FromResult): string[] {
  const names = right.relations.flatMap((r) => r.columns.map((c) => c.name));
  return [...new Set(left.relations.flatMap((r) => r.columns.filter((c) => c.isMerged !== true).map((c) => c.name)))].filter((name) =>
    names.includes(name),
  );
}

/** JOIN … USING and NATURAL JOIN: the named columns come first and once. */
function joinUsing(
  node: JoinedTable,
  kind: JoinKind,
  left: FromResult,
  right: FromResult,
  names: readonly string[],
  context: QueryContext,
): FromResult {
  const width = left.rel.schema.length;
  const bind = { scope: scopeOf([]), place: 'USING', functions: context.session.functions };
  const columnOf = (side: FromResult, name: string): { readonly index: number; readonly type: SqlType } => {
    const found = side.relations.flatMap((r) => r.columns.filter((c) => c.name === name && c.isMerged !== true));
    if (found.length === 1) return found[0];
    throw new SqlError(`Column '${name}' of USING must be once on each side.`, node.using?.find((u) => u.name === name) ?? node);
  };
  const pairs = names.map((name) => ({ name, l: columnOf(left, name), r: columnOf(right, name) }));
  const equal = pairs.map(({ l, r }) => makeCall('=', [inputRef(l.index, l.type), inputRef(width + r.index, r.type)], node, bind));
  const join = joinOf(kind, left.rel, right.rel, conjunction(equal), context, node);
  const merged = pairs.map(({ l, r }): Expression => {
    const [a, b] = [inputRef(l.index, join.schema[l.index].type), inputRef(width + r.index, join.schema[width + r.index].type)];
    if (kind === 'full') return makeCall('COALESCE', [a, b], node, bind);
    return kind === 'right' ? b : a;
  });
  const rel = project(
    join,
    [...merged, ...join.schema.map((field, i) => inputRef(i, field.type))],
    [...names, ...join.schema.map((field) => field.name)],
  );
  const hide = (relation: ScopeRelation): ScopeRelation => ({
    ...relation,
    columns: relation.columns.map((c) => (names.includes(c.name) ? { ...c, isMerged: true } : c)),
  });
  const usingColumns = names.map((name, index) => ({ name, type: rel.schema[index].type, index }));
  const sides = [...left.relations, ...right.relations.map((r) => shiftRelation(r, width))].map((r) =>
    hide(shiftRelation(r, names.length)),
  );
  return { rel, relations: retyped([{ alias: null, columns: usingColumns }, ...sides], rel) };
}

function bindLateral(node: JoinedTable, left: FromResult, kind: JoinKind, context: QueryContext): FromResult {
  const derived = node.right;
  if (derived.kind !== 'derived') throw new Error('lateral join of a derived table');
  if (kind !== 'inner' && kind !== 'left') throw new SqlError(`LATERAL joins as CROSS, INNER or LEFT JOIN, not ${node.type}.`, derived);
  const leftScope: Scope = scopeOf(left.relations);
  const bound = context.bindQuery(derived.query, { ...context, outer: leftScope });
  const { node: right, conditions, defaults } = decorrelate(bound, derived);
  const width = left.rel.schema.length;
  const visible = bound.schema.length;
  const { alias } = derived;
  const names = alias?.columns ? alias.columns.map((c) => c.name) : bound.schema.map((f) => f.name);
  if (names.length !== visible) throw new SqlError(`The list names ${names.length} columns, but the query gives ${visible}.`, derived);
  const renamed = right.schema.slice(0, visible).map((field, i) => ({ name: names[i], type: field.type }));
  const onScope = scopeOf([...left.relations, shiftRelation(relationOf(alias?.name.name ?? null, renamed), width)]);
  const on = node.on === null ? [] : [bindCondition(node.on, { scope: onScope, place: 'ON', functions: context.session.functions })];
  const condition = conjunction([...conditions.map((c) => outerToLeft(c, width)), ...on]);
  // A query that always gives one row (a global aggregate) keeps every left row, with its values over no rows.
  const joined = joinOf(defaults === null ? kind : 'left', left.rel, right, condition, context, node);
  const shown = joined.schema.slice(0, width + visible);
  const expressions = shown.map((field, i): Expression => {
    const fallback = i >= width ? (defaults?.[i - width] ?? null) : null;
    const input = inputRef(i, field.type);
    if (fallback === null) return input;
    return makeCall('COALESCE', [input, fallback], node, { scope: onScope, place: 'LATERAL', functions: context.session.functions });
  });
  const rel = project(joined, expressions, [...left.rel.schema.map((f) => f.name), ...names]);
  const relations = [...left.relations, shiftRelation(relationOf(alias?.name.name ?? null, rel.schema.slice(width)), width)];
  return { rel, relations: retyped(relations, rel) };
}

function bindUnnest(node: Unnest, left: FromResult, kind: 'inner' | 'left', context: QueryContext, join?: JoinedTable): FromResult {
  const functions = context.session.functions;
  const array = bindExpression(node.expression, { scope: scopeOf(left.relations, context.outer), place: 'UNNEST', functions });
  const fields = elementFields(array.type, node);
  if (node.withOrdinality) fields.push({ name: 'ORDINALITY', type: { kind: 'INT', nullable: false } });
  const names = node.alias?.columns?.map((c) => c.name) ?? fields.map((f) => f.name);
  if (names.length !== fields.length) {
    throw new SqlError(`The list names ${names.length} columns, but UNNEST gives ${fields.length}.`, node);
  }
  const width = left.rel.schema.length;
  const added = fields.map((f, i) => ({ name: names[i], type: kind === 'left' ? withNullability(f.type, true) : f.type }));
  const schema = [...left.rel.schema, ...added];
  const relations = [...left.relations, shiftRelation(relationOf(node.alias?.name.name ?? null, added), width)];
  const on = join?.on ? bindCondition(join.on, { scope: scopeOf(relations, context.outer), place: 'ON', functions }) : null;
  const condition = on?.kind === 'literal' && on.value === true ? null : on;
  const rel: Logical = { kind: 'unnest', input: left.rel, array, joinKind: kind, withOrdinality: node.withOrdinality, condition, schema };
  return { rel, relations };
}

/** A ROW element gives its fields as columns, a map entry key and value, any other element one column. */
function elementFields(type: SqlType, node: Unnest): RowField[] {
  if (type.kind === 'MAP') {
    return [
      { name: 'KEY', type: type.key },
      { name: 'VALUE', type: type.value },
    ];
  }
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') {
    throw new SqlError(`UNNEST needs an ARRAY, MAP or MULTISET, but this is ${formatType(type)}.`, node.expression);
  }
  const { element } = type;
  if (element.kind !== 'ROW') return [{ name: 'EXPR$0', type: element }];
  return element.fields.map((f) => ({ name: f.name, type: withNullability(f.type, f.type.nullable || element.nullable) }));
}
