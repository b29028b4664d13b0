/** Calc drafts: projection and condition in one, merged with a calc below, left out when they do nothing. */
import type { RowSchema } from '../types/sql-type.ts';
import { isDeterministic } from './determinism.ts';
import type { Expression } from './expression.ts';
import { conjunction, conjunctsOf, expressionText, inputRef, substitute, visitExpression } from './expression-rewrite.ts';
import { refoldCasts } from './fold-constants.ts';
import type { DraftFacts, DraftPlan, Windowing } from './physical-draft.ts';

/** A column that is only passed on has the type it has below: a time attribute that an operator lost stays lost. */
export function addCalc(
  plan: DraftPlan,
  input: number,
  columns: readonly Expression[],
  condition: Expression | null,
  names: readonly string[],
): number {
  const below = plan.get(input);
  const projection = columns.map((e) => (e.kind === 'input' ? inputRef(e.index, below.schema[e.index].type) : e));
  const isIdentity =
    condition === null && projection.length === below.schema.length && projection.every((e, i) => e.kind === 'input' && e.index === i);
  const schema: RowSchema = projection.map((e, i) => ({ name: names[i], type: e.type }));
  if (isIdentity) return input;
  if (below.payload.kind === 'calc' && canMerge(below.payload.projection, [...projection, ...(condition ? [condition] : [])])) {
    const inner = below.payload;
    const merged = projection.map((e) => refoldCasts(substitute(e, inner.projection)));
    const outer = condition === null ? [] : conjunctsOf(refoldCasts(substitute(condition, inner.projection)));
    const parts = [...(inner.condition === null ? [] : conjunctsOf(inner.condition)), ...outer];
    return addCalc(plan, below.inputs[0], merged, conjunction(parts), names);
  }
  const nameOf = (index: number): string => below.schema[index].name;
  const select = projection.map((e, i) => {
    const text = expressionText(e, nameOf);
    return text === names[i] ? text : `${text} AS ${names[i]}`;
  });
  const where = condition === null ? '' : `, where=[${expressionText(condition, nameOf)}]`;
  return plan.add(
    { kind: 'calc', projection, condition },
    [input],
    schema,
    `Calc(select=[${select.join(', ')}]${where})`,
    calcFacts(below.facts, projection),
  );
}

/** Merging computes an inner expression where it is used: not worth it, or wrong, when that is more than once or not repeatable. */
function canMerge(inner: readonly Expression[], outer: readonly Expression[]): boolean {
  const uses = new Map<number, number>();
  for (const expression of outer) {
    visitExpression(expression, (part) => {
      if (part.kind === 'input') uses.set(part.index, (uses.get(part.index) ?? 0) + 1);
    });
  }
  return inner.every((expression, index) => {
    if (expression.kind === 'input' || expression.kind === 'literal' || isFieldChain(expression)) return true;
    return (uses.get(index) ?? 0) <= 1 && isDeterministic(expression);
  });
}

function isFieldChain(expression: Expression): boolean {
  return expression.kind === 'input' || (expression.kind === 'field' && isFieldChain(expression.arg));
}

function calcFacts(below: DraftFacts, projection: readonly Expression[]): DraftFacts {
  const placeOf = (index: number | null): number | null => {
    const at = index === null ? -1 : projection.findIndex((e) => e.kind === 'input' && e.index === index);
    return at < 0 ? null : at;
  };
  const keys = below.uniqueKeys.flatMap((key) => {
    const places = key.columns.map(placeOf);
    return places.every((p) => p !== null) ? [{ ...key, columns: places as number[] }] : [];
  });
  return {
    ...below,
    meanings: projection.map((e) => expressionText(e, (index) => below.meanings[index])),
    uniqueKeys: keys,
    windowing: mapWindowing(below.windowing, placeOf),
  };
}

/** Null once neither start nor end is left. */
export function mapWindowing(windowing: Windowing | null, placeOf: (index: number | null) => number | null): Windowing | null {
  if (windowing === null) return null;
  const mapped = { ...windowing, start: placeOf(windowing.start), end: placeOf(windowing.end), time: placeOf(windowing.time) };
  return mapped.start === null && mapped.end === null ? null : mapped;
}

export function addFilter(plan: DraftPlan, input: number, condition: Expression): number {
  const { schema } = plan.get(input);
  return addCalc(
    plan,
    input,
    schema.map((field, i) => inputRef(i, field.type)),
    condition,
    schema.map((field) => field.name),
  );
}

/** Appends computed columns; an expression that is a column stays where it is. Returns the node and where each expression is. */
export function withColumns(
  plan: DraftPlan,
  input: number,
  expressions: readonly Expression[],
): { readonly id: number; readonly columns: readonly number[] } {
  const { schema } = plan.get(input);
  const added: Expression[] = [];
  const columns = expressions.map((e) => (e.kind === 'input' ? e.index : schema.length + added.push(e) - 1));
  if (added.length === 0) return { id: input, columns };
  const own = schema.map((field, i) => inputRef(i, field.type));
  const names = [...schema.map((f) => f.name), ...added.map((_, i) => `$k${i}`)];
  return { id: addCalc(plan, input, [...own, ...added], null, names), columns };
}
