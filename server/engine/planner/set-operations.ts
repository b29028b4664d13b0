/** UNION, INTERSECT and EXCEPT, each with and without ALL. */
import type { QueryBody, SetOperation, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { commonType } from '../types/coercion.ts';
import { formatType, type RowSchema, withNullability } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import { type BindContext, implicitCast, makeCall } from './bind-expression.ts';
import type { Expression } from './expression.ts';
import { conjunction, inputRef } from './expression-rewrite.ts';
import { BIGINT_NOT_NULL, bigintLiteral, literal, stringLiteral } from './literals.ts';
import { distinct, filter, type Logical, project } from './logical-plan.ts';
import { scopeOf } from './scope.ts';

export function combineSets(node: SetOperation, left: Logical, right: Logical, context: QueryContext): Logical {
  if (left.schema.length !== right.schema.length) {
    throw new SqlError(
      `Both sides of ${node.operator} need the same count of columns, but they have ${left.schema.length} and ${right.schema.length}.`,
      node.right,
    );
  }
  const schema: RowSchema = left.schema.map((field, i) => {
    const other = right.schema[i];
    const type = commonType([field.type, other.type]);
    if (type === null) {
      throw new SqlError(
        `Column ${i + 1} of ${node.operator} has no common type: '${field.name}' is ${formatType(field.type)}, '${other.name}' is ${formatType(other.type)}.`,
        columnSpan(node.right, i),
      );
    }
    const keepsTime = JSON.stringify(field.type) === JSON.stringify(other.type);
    return { name: field.name, type: keepsTime ? field.type : withNullability(type, field.type.nullable || other.type.nullable) };
  });
  const sides = [castSide(left, schema), castSide(right, schema)];
  if (node.operator === 'UNION') {
    const inputs = sides.flatMap((side) => (side.kind === 'union' ? side.inputs : [side]));
    const union: Logical = { kind: 'union', inputs, schema };
    return node.isAll ? union : distinct(union, context.viewName, node);
  }
  if (node.isAll) return countedRows(node, sides[0], sides[1], context);
  return setJoin(node, sides[0], sides[1], context);
}

/** INTERSECT and EXCEPT: rows of the left side that have, or have not, an equal one on the right; once each. */
function setJoin(node: SetOperation, left: Logical, right: Logical, context: QueryContext): Logical {
  const equal = left.schema.map(
    (field, i): Expression => ({
      kind: 'call',
      function: 'IS NOT DISTINCT FROM',
      args: [inputRef(i, field.type), inputRef(left.schema.length + i, right.schema[i].type)],
      type: { kind: 'BOOLEAN', nullable: false },
    }),
  );
  const join: Logical = {
    kind: 'join',
    joinKind: node.operator === 'INTERSECT' ? 'semi' : 'anti',
    left,
    right,
    condition: conjunction(equal),
    schema: left.schema,
    scope: context.viewName,
    span: node,
  };
  return distinct(join, context.viewName, node);
}

function columnSpan(body: QueryBody, index: number): Span {
  if (body.kind === 'select') return body.items[index] ?? body;
  if (body.kind === 'setOperation') return columnSpan(body.right, index);
  return body;
}

function castSide(rel: Logical, schema: RowSchema): Logical {
  const expressions = rel.schema.map((field, i) => implicitCast(inputRef(i, field.type), schema[i].type));
  if (expressions.every((e) => e.kind === 'input')) return rel;
  return project(
    rel,
    expressions,
    schema.map((field) => field.name),
  );
}

/**
 * INTERSECT ALL and EXCEPT ALL: rows of both sides are counted by value; each value then comes as often as the lesser count, or as the
 * left count exceeds the right one. A row is repeated by unnesting a text of as many marks.
 */
function countedRows(node: SetOperation, left: Logical, right: Logical, context: QueryContext): Logical {
  const width = left.schema.length;
  const bind: BindContext = { scope: scopeOf([]), place: node.operator, functions: context.session.functions };
  const call = (name: string, ...args: readonly Expression[]): Expression => makeCall(name, args, node, bind);
  const marked = (side: Logical, isLeft: boolean): Logical => {
    const own = side.schema.map((field, i) => inputRef(i, field.type));
    return project(
      side,
      [...own, bigintLiteral(isLeft ? 1 : 0), bigintLiteral(isLeft ? 0 : 1)],
      [...side.schema.map((f) => f.name), '$l', '$r'],
    );
  };
  const sides = [marked(left, true), marked(right, false)];
  const union: Logical = { kind: 'union', inputs: sides, schema: sides[0].schema };
  const sum = (index: number, name: string) => ({
    function: 'SUM0',
    args: [width + index],
    isDistinct: false,
    filter: null,
    type: BIGINT_NOT_NULL,
    name,
  });
  const calls = [sum(0, '$l'), sum(1, '$r')];
  const counted: Logical = {
    ...distinct(union, context.viewName, node),
    keys: left.schema.map((_, i) => i),
    calls,
    schema: [...left.schema, ...calls.map((c) => ({ name: c.name, type: c.type }))],
  };
  const [l, r] = [inputRef(width, BIGINT_NOT_NULL), inputRef(width + 1, BIGINT_NOT_NULL)];
  const times = node.operator === 'INTERSECT' ? call('LEAST', l, r) : call('-', l, r);
  const kept = filter(counted, call('>', times, bigintLiteral(0)));
  const int = implicitCast(times, { kind: 'INT', nullable: false });
  const array = call('SPLIT', call('REPEAT', literal('x,', { kind: 'VARCHAR', length: 2, nullable: false }), int), stringLiteral(','));
  if (array.type.kind !== 'ARRAY') throw new Error('SPLIT gives an array');
  const mark = { name: '$mark', type: array.type.element };
  const repeated: Logical = {
    kind: 'unnest',
    input: kept,
    array,
    joinKind: 'inner',
    withOrdinality: false,
    condition: null,
    schema: [...kept.schema, mark],
  };
  const shown = filter(repeated, call('=', inputRef(kept.schema.length, mark.type), stringLiteral('x')));
  return project(
    shown,
    left.schema.map((field, i) => inputRef(i, field.type)),
    left.schema.map((f) => f.name),
  );
}
