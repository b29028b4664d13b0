/** Operators and functions that have an inline form. Each returns null for argument types it does not know; then the call goes by `evaluate`. */
import type { Expression } from '../planner/expression.ts';
import { laneOf } from '../types/sql-type.ts';
import { mayHoldHalves } from '../types/text-bytes.ts';
import { isText } from '../types/type-families.ts';
import { plainJson } from '../types/value-json.ts';
import type { Compiler } from './compiler.ts';
import { toValue } from './conversions.ts';
import { mayBeFine } from './fine-timestamps.ts';
import { inlineArithmetic } from './inline-arithmetic.ts';
import { inlineText } from './inline-text.ts';
import type { CallExpression } from './interpreter.ts';
import { type BytesSlot, eitherNull, nullTestOf, type PrimSlot, type Slot } from './slots.ts';

/** They hand arguments on or look for NULL only. */
const PASSING = new Set(['COALESCE', 'IFNULL', 'IF', 'IN', 'NOT IN', 'IS NULL', 'IS NOT NULL']);

export function inlineCall(compiler: Compiler, call: CallExpression): Slot | null {
  if (!PASSING.has(call.function) && call.args.some(mayBeFine)) return null;
  switch (call.function) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return inlineArithmetic(compiler, call);
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileComparison(compiler, call.function, call.args[0], call.args[1]);
    case 'AND':
    case 'OR': {
      const terms = flattened(call);
      const list = call.function === 'OR' ? asInList(terms) : null;
      return (list === null ? null : inList(compiler, list)) ?? connective(compiler, terms, call.function === 'OR');
    }
    case 'NOT': {
      const arg = compiler.prim(call.args[0]);
      return bool(`(!${arg.v})`, arg.n);
    }
    case 'IS NULL':
    case 'IS UNKNOWN':
      return bool(compiler.emitter.constant(nullTestOf(compiler.compile(call.args[0]))), 'false');
    case 'IS NOT NULL':
    case 'IS NOT UNKNOWN':
      return bool(compiler.emitter.constant(`!(${nullTestOf(compiler.compile(call.args[0]))})`), 'false');
    case 'IS TRUE':
      return bool(compiler.truth(call.args[0]), 'false');
    case 'IS NOT TRUE':
      return bool(`(!${compiler.truth(call.args[0])})`, 'false');
    case 'IS FALSE':
    case 'IS NOT FALSE': {
      const arg = compiler.prim(call.args[0]);
      const isFalse = compiler.emitter.constant(`!(${arg.n}) && !${arg.v}`);
      return bool(call.function === 'IS FALSE' ? isFalse : `(!${isFalse})`, 'false');
    }
    case 'COALESCE':
    case 'IFNULL':
      return coalesce(compiler, call);
    case 'IF':
      return compiler.choose(call.type, [{ when: () => compiler.truth(call.args[0]), result: call.args[1] }], call.args[2]);
    case 'IN':
    case 'NOT IN':
      return inList(compiler, call);
    default:
      // These forms look at bytes, where half a surrogate pair is not yet the `?` that Flink's functions see.
      return mayHoldHalves() ? null : inlineText(compiler, call);
  }
}

function bool(v: string, n: string): PrimSlot {
  return { form: 'prim', lane: 'bool', v, n };
}

/** Null when the operands have no inline comparison (rows, arrays). */
function compileComparison(compiler: Compiler, operator: string, left: Expression, right: Expression): PrimSlot | null {
  const { emitter } = compiler;
  const lane = laneOf(left.type);
  if (lane !== laneOf(right.type)) return null;
  const js = operator === '=' ? '===' : operator === '<>' ? '!==' : operator;
  if (lane === 'obj') {
    if (left.type.kind !== 'DECIMAL' || right.type.kind !== 'DECIMAL') return null;
    const [a, b] = [compiler.value(left).v, compiler.value(right).v];
    const n = emitter.constant(`${a} === null || ${b} === null`);
    return bool(emitter.constant(`!${n} && ${a} ${js} ${b}`), n);
  }
  if (lane !== 'bytes') {
    const [a, b] = [compiler.prim(left), compiler.prim(right)];
    return bool(emitter.constant(`${a.v} ${js} ${b.v}`), eitherNull(a.n, b.n));
  }
  const [a, b] = [compiler.compile(left), compiler.compile(right)];
  const n = guarded(compiler, eitherNull(nullTestOf(a), nullTestOf(b)));
  if (a.form === 'bytes' && b.form === 'bytes') {
    return bool(emitter.constant(`!${n} && ${bytesTest(operator, a, b)}`), n);
  }
  if (!isText(left.type) || !isText(right.type)) return null;
  const [x, y] = [toValue(emitter, a, left.type).v, toValue(emitter, b, right.type).v];
  const test = js === '===' || js === '!==' ? `${x} ${js} ${y}` : `h.compareText(${x}, ${y}) ${operator} 0`;
  return bool(emitter.constant(`!${n} && ${test}`), n);
}

function bytesTest(operator: string, a: BytesSlot, b: BytesSlot): string {
  const range = `${a.d}, ${a.o}, ${a.l}, ${b.d}, ${b.o}, ${b.l}`;
  if (operator === '=') return `h.bytesEqual(${range})`;
  return operator === '<>' ? `!h.bytesEqual(${range})` : `h.bytesOrder(${range}) ${operator} 0`;
}

function guarded(compiler: Compiler, n: string): string {
  return n === 'false' || n === 'true' ? n : compiler.emitter.constant(n);
}

/** Three-valued AND and OR; an argument after the deciding one does not run. `deciding`: OR is decided by TRUE, AND by FALSE. */
function connective(compiler: Compiler, args: readonly Expression[], deciding: boolean): PrimSlot {
  const { emitter } = compiler;
  const first = compiler.prim(args[0]);
  const v = emitter.variable(first.v);
  const n = emitter.variable(first.n);
  const next = (index: number): void => {
    if (index === args.length) return;
    emitter.block(`if (${n} || ${deciding ? '!' : ''}${v})`, () => {
      const arg = compiler.prim(args[index]);
      // Decided by this one; else NULL when this or an earlier one is.
      emitter.emit(`if (!(${arg.n}) && ${deciding ? '' : '!'}${arg.v}) { ${v} = ${deciding}; ${n} = false; }`);
      emitter.emit(`else if (${arg.n}) ${n} = true;`);
      next(index + 1);
    });
  };
  next(1);
  return bool(v, n);
}

function coalesce(compiler: Compiler, call: CallExpression): Slot {
  const { emitter } = compiler;
  const target = compiler.target(call.type, call.args);
  const next = (index: number): void => {
    const slot = compiler.compile(call.args[index]);
    target.assign(slot);
    if (index === call.args.length - 1) return;
    const n = nullTestOf(target.slot);
    if (nullTestOf(slot) !== 'false') emitter.block(`if (${n})`, () => next(index + 1));
  };
  next(0);
  return target.slot;
}

/** More texts than this are looked up in a set. */
const CHAIN_MAX = 16;

/** Constants of a bare lane or texts: a chain of tests, or a set of texts. Others: as OR of comparisons. */
function inList(compiler: Compiler, call: CallExpression): Slot | null {
  const [operand, ...items] = call.args;
  const isNegated = call.function === 'NOT IN';
  const constant = inConstants(compiler, operand, items, isNegated);
  if (constant !== null) return constant;
  const equals = items.map(
    (item): Expression => ({ kind: 'call', function: '=', args: [operand, item], type: { kind: 'BOOLEAN', nullable: true } }),
  );
  const any = equals.length === 1 ? compiler.prim(equals[0]) : connective(compiler, equals, true);
  return bool(isNegated ? `(!${any.v})` : any.v, any.n);
}

function inConstants(compiler: Compiler, operand: Expression, items: readonly Expression[], isNegated: boolean): PrimSlot | null {
  const { emitter } = compiler;
  const lane = laneOf(operand.type);
  if (lane === 'obj' || lane === 'bool' || !items.every((item) => item.kind === 'literal')) return null;
  const known = items.filter((item) => item.kind === 'literal' && item.value !== null);
  const value = compiler.compile(operand);
  const n = guarded(compiler, nullTestOf(value));
  let test: string;
  if (value.form === 'prim') test = known.map((item) => `${value.v} === ${(compiler.compile(item) as PrimSlot).v}`).join(' || ');
  else if (value.form === 'bytes' && known.length <= CHAIN_MAX)
    test = known.map((item) => bytesTest('=', value, compiler.compile(item) as BytesSlot)).join(' || ');
  else if (isText(operand.type)) {
    const texts = emitter.bind(new Set(known.map((item) => (item.kind === 'literal' ? item.value : null))));
    test = `${texts}.has(${value.form === 'bytes' ? `h.textAt(${value.d}, ${value.o}, ${value.l})` : value.v})`;
  } else return null;
  const isIn = emitter.constant(`!${n} && (${test || 'false'})`);
  const isUnknown = known.length < items.length ? emitter.constant(`${n} || !${isIn}`) : n;
  return bool(isNegated ? `(!${isIn})` : isIn, isUnknown);
}

/** The terms of a chain of one connective, however it is nested to the left: the binder writes IN lists so. */
export function flattened(call: CallExpression): readonly Expression[] {
  const terms: Expression[] = [];
  let rest: Expression = call;
  while (rest.kind === 'call' && rest.function === call.function) {
    for (let i = rest.args.length - 1; i > 0; i--) terms.push(rest.args[i]);
    rest = rest.args[0];
  }
  terms.push(rest);
  return terms.reverse();
}

/** `a = 1 OR a = 2 OR …` over constants as `a IN (1, 2, …)`; null for other terms. */
export function asInList(terms: readonly Expression[]): CallExpression | null {
  const [first] = terms;
  if (terms.length < 2 || first.kind !== 'call' || first.function !== '=') return null;
  const [operand] = first.args;
  const known = JSON.stringify(operand, plainJson);
  const items: Expression[] = [];
  for (const term of terms) {
    if (term.kind !== 'call' || term.function !== '=' || term.args[1].kind !== 'literal') return null;
    const [own] = term.args;
    if (own !== operand && JSON.stringify(own, plainJson) !== known) return null;
    items.push(term.args[1]);
  }
  return { kind: 'call', function: 'IN', args: [operand, ...items], type: { kind: 'BOOLEAN', nullable: true } };
}
