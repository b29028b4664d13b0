/** For the tests of scalar functions: calls bound and coerced as the binder does it, run by the interpreter. */
import { evaluate } from '../codegen/interpreter.ts';
import type { Expression } from '../planner/expression.ts';
import { castToText } from '../types/format-value.ts';
import { formatType, type SqlType } from '../types/sql-type.ts';
import { parseTypeText } from '../types/type-text.ts';
import { ArrayValue } from '../types/value.ts';
import { castValue } from './cast.ts';
import { findFunction } from './catalogue.ts';
import type { FunctionContext } from './contract.ts';

export const contextIn = (timeZone: string): FunctionContext => ({
  timeZone,
  currentTimeMs: () => 1_767_225_600_123,
  random: () => 0.5,
  currentWatermarkMs: () => 1000,
});

export function typeOf(text: string): SqlType {
  const type = parseTypeText(text);
  if (type === null) throw new Error(text);
  return type;
}

/** `[type, text]`: a literal given as text; a bare text is a STRING, a whole number an INT. */
export type Arg = string | number | null | readonly [string, string | null] | Expression;

function expressionOf(arg: Arg, context: FunctionContext): Expression {
  if (arg !== null && typeof arg === 'object' && 'kind' in arg) return arg;
  if (arg === null) return { kind: 'literal', value: null, type: { kind: 'NULL', nullable: true } };
  if (typeof arg === 'number') return { kind: 'literal', value: arg, type: typeOf('INT NOT NULL') };
  if (typeof arg === 'string') return { kind: 'literal', value: arg, type: typeOf('STRING') };
  const type = typeOf(arg[0]);
  return { kind: 'literal', value: castValue(arg[1], typeOf('STRING'), type, context), type };
}

function bindCall(name: string, args: readonly Arg[], options: Record<string, string>, context: FunctionContext): Expression {
  const scalar = findFunction(name);
  if (scalar === null) throw new Error(`no ${name}`);
  const given = args.map((arg) => expressionOf(arg, context));
  const bound = scalar.bind(
    given.map((arg) => arg.type),
    given.map((arg) => (arg.kind === 'literal' ? arg.value : undefined)),
    options,
  );
  if ('refusal' in bound) throw new Error(bound.refusal);
  const cast = given.map((arg, i): Expression => ({ kind: 'cast', arg, type: bound.argumentTypes[i], isTry: false }));
  return { kind: 'call', function: scalar.name, args: cast, type: bound.type, options };
}

export function run(name: string, args: readonly Arg[], options: Record<string, string> = {}, timeZone = 'UTC'): string | null {
  const context = contextIn(timeZone);
  const call = bindCall(name, args, options, context);
  const value = evaluate(call, [], context);
  return value === null ? null : castToText(value, call.type, context);
}

export const resultType = (name: string, args: readonly Arg[], options: Record<string, string> = {}) =>
  formatType({ ...bindCall(name, args, options, contextIn('UTC')).type, nullable: true } as SqlType);

export const cast = (text: string, from: string, to: string, timeZone = 'UTC'): string | null => {
  const context = contextIn(timeZone);
  const value = castValue(castValue(text, typeOf('STRING'), typeOf(from), context), typeOf(from), typeOf(to), context);
  return value === null ? null : castToText(value, typeOf(to), context);
};

export const ints = (...values: (number | null)[]): Expression => ({
  kind: 'literal',
  value: new ArrayValue(values),
  type: typeOf('ARRAY<INT>'),
});
