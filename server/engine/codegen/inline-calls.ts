/** Operators and functions that have an inline form. Each returns null for argument types it does not know; then the call goes by `evaluate`. */
import type { Expression } from '../planner/expression.ts';
import { laneOf } from '../types/sql-type.ts';
import { isText } from '../types/type-families.ts';
import type { Compiler } from './compiler.ts';
import { toValue } from './conversions.ts';
import { inlineArithmetic } from './inline-arithmetic.ts';
import { inlineText } from './inline-text.ts';
import type { CallExpression } from './interpreter.ts';
import { eitherNull, nullTestOf, type PrimSlot, type Slot } from './slots.ts';

export function inlineCall(compiler: Compiler, call: CallExpression): Slot | null {
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
    case 'OR':
      return connective(compiler, call.args, call.function === 'OR');
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
      return inlineText(compiler, call);
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
    const range = `${a.d}, ${a.o}, ${a.l}, ${b.d}, ${b.o}, ${b.l}`;
    const test =
      operator === '=' ? `h.bytesEqual(${range})` : operator === '<>' ? `!h.bytesEqual(${range})` : `h.bytesOrder(${range}) ${operator} 0`;
    return bool(emitter.constant(`!${n} && ${test}`), n);
  }
  if (!isText(left.type) || !isText(right.type)) return null;
  const [x, y] = [toValue(emitter, a, left.type).v, toValue(emitter, b, right.type).v];
  const test = js === '===' || js === '!==' ? `${x} ${js} ${y}` : `h.compareText(${x}, ${y}) ${operator} 0`;
  return bool(emitter.constant(`!${n} && ${test}`), n);
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

/** Constants of a bare lane or texts: a chain of tests. Others: as OR of comparisons. */
function inList(compiler: Compiler, call: CallExpression): Slot | null {
  const { emitter } = compiler;
  const [operand, ...items] = call.args;
  const isNegated = call.function === 'NOT IN';
  const lane = laneOf(operand.type);
  const hasNull = items.some((item) => item.kind === 'literal' && item.value === null);
  if (items.every((item) => item.kind === 'literal') && lane !== 'obj' && lane !== 'bool' && items.length <= 64) {
    const known = items.filter((item) => item.kind === 'literal' && item.value !== null);
    const tests: string[] = [];
    const value = compiler.compile(operand);
    const n = guarded(compiler, nullTestOf(value));
    if (value.form === 'value') return null;
    for (const item of known) {
      const slot = compiler.compile(item);
      if (value.form === 'prim') tests.push(`${value.v} === ${(slot as PrimSlot).v}`);
      else if (slot.form === 'bytes') tests.push(`h.bytesEqual(${value.d}, ${value.o}, ${value.l}, ${slot.d}, ${slot.o}, ${slot.l})`);
    }
    const isIn = emitter.constant(`!${n} && (${tests.join(' || ') || 'false'})`);
    return bool(isNegated ? `(!${isIn})` : isIn, hasNull ? emitter.constant(`${n} || !${isIn}`) : n);
  }
  const equals = items.map(
    (item): Expression => ({ kind: 'call', function: '=', args: [operand, item], type: { kind: 'BOOLEAN', nullable: true } }),
  );
  const any = equals.length === 1 ? compiler.prim(equals[0]) : connective(compiler, equals, true);
  return bool(isNegated ? `(!${any.v})` : any.v, any.n);
}
