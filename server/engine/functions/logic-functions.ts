/**
 * Three-valued logic, the IS tests and the conditional functions. AND, OR, COALESCE, IF, IFNULL and NULLIF are lazy: the
 * interpreter and the code generator know these names and evaluate only the arguments that decide.
 */
import { commonType, comparisonType, withoutAttribute } from '../types/coercion.ts';
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { simpleType, textType } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import { compareBy } from './comparison-functions.ts';
import type { ScalarFunction } from './contract.ts';
import { any, boolean, define, refuseCall, text } from './define.ts';

export function and(args: readonly Value[]): Value {
  if (args.includes(false)) return false;
  return args.includes(null) ? null : true;
}

export function or(args: readonly Value[]): Value {
  if (args.includes(true)) return true;
  return args.includes(null) ? null : false;
}

function connective(name: 'AND' | 'OR', evaluate: (args: readonly Value[]) => Value): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature: `condition ${name} condition with both BOOLEAN`,
    bind(args) {
      if (args.length < 2 || !args.every((type) => boolean(type) !== null)) return refuseCall(this, args);
      return {
        argumentTypes: args.map((type) => simpleType('BOOLEAN', type.nullable)),
        type: simpleType(
          'BOOLEAN',
          args.some((type) => type.nullable),
        ),
      };
    },
    evaluate,
  };
}

function isTest(name: string, accepts: 'any' | 'boolean', test: (value: Value) => boolean): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature: accepts === 'any' ? `value ${name}` : `condition ${name}`,
    bind(args) {
      if (args.length !== 1 || (accepts === 'boolean' && boolean(args[0]) === null)) return refuseCall(this, args);
      const type = accepts === 'boolean' ? simpleType('BOOLEAN', args[0].nullable) : args[0];
      return { argumentTypes: [type], type: simpleType('BOOLEAN', false) };
    },
    evaluate: ([value]) => test(value),
  };
}

const coalesce: ScalarFunction = {
  name: 'COALESCE',
  isDeterministic: true,
  isStrict: false,
  signature: 'COALESCE(value, …) with values of one common type',
  bind(args) {
    const common = args.length === 0 ? null : commonType(args);
    if (common === null) return refuseCall(this, args);
    const nullable = args.every((type) => type.nullable);
    return { argumentTypes: args.map((type) => withNullability(common, type.nullable)), type: withNullability(common, nullable) };
  },
  evaluate: (args) => args.find((value) => value !== null) ?? null,
};

const ifNull: ScalarFunction = {
  ...coalesce,
  name: 'IFNULL',
  signature: 'IFNULL(value, instead) with values of one common type',
  bind(args, literals, options) {
    return args.length === 2 ? coalesce.bind(args, literals, options) : refuseCall(this, args);
  },
};

const nullIf: ScalarFunction = {
  name: 'NULLIF',
  isDeterministic: true,
  isStrict: false,
  signature: 'NULLIF(value, nullWhenEqual)',
  bind(args) {
    if (args.length !== 2 || comparisonType(args[0], args[1]) === null) return refuseCall(this, args);
    const left = args[0].kind === 'NULL' ? withNullability(args[1], true) : withoutAttribute(args[0]);
    // Compared as `=` compares, but the result keeps the first one's type; so only types that meet in the first's are cast.
    return {
      argumentTypes: [left, withNullability(comparisonType(args[0], args[1]) as SqlType, args[1].nullable)],
      type: withNullability(left, true),
    };
  },
  evaluate: ([left, right], call) =>
    left !== null && right !== null && sameAcross(left, call.argumentTypes[0], right, call.argumentTypes[1]) ? null : left,
};

/** Equality of two values whose types differ in width or scale only. */
function sameAcross(left: Value, leftType: SqlType, right: Value, rightType: SqlType): boolean {
  if (typeof left === typeof right && leftType.kind === rightType.kind && leftType.kind !== 'DECIMAL') return compareBy('=', left, right);
  const scaleOf = (type: SqlType) => (type.kind === 'DECIMAL' ? type.scale : 0);
  if (typeof left !== 'string' && typeof right === 'number' && !Number.isInteger(right))
    return Number(left) / 10 ** scaleOf(leftType) === right;
  if ((typeof left === 'number' || typeof left === 'bigint') && (typeof right === 'number' || typeof right === 'bigint')) {
    if (typeof left === 'number' && !Number.isInteger(left)) return left === Number(right) / 10 ** scaleOf(rightType);
    return BigInt(left) * 10n ** BigInt(scaleOf(rightType)) === BigInt(right) * 10n ** BigInt(scaleOf(leftType));
  }
  return compareBy('=', left, right);
}

const ifFunction: ScalarFunction = {
  name: 'IF',
  isDeterministic: true,
  isStrict: false,
  signature: 'IF(condition, then, else) with values of one common type',
  bind(args) {
    const common = args.length === 3 && boolean(args[0]) !== null ? commonType(args.slice(1)) : null;
    if (common === null) return refuseCall(this, args);
    const [condition, then, otherwise] = args;
    return {
      argumentTypes: [
        simpleType('BOOLEAN', condition.nullable),
        withNullability(common, then.nullable),
        withNullability(common, otherwise.nullable),
      ],
      type: common,
    };
  },
  evaluate: ([condition, then, otherwise]) => (condition === true ? then : otherwise),
};

/** IS_ALPHA, IS_DIGIT, IS_DECIMAL: FALSE for NULL, as in Flink. */
function textTest(name: string, pattern: RegExp): ScalarFunction {
  return define({
    name,
    signature: `${name}(text)`,
    parameters: [text],
    result: simpleType('BOOLEAN', false),
    isStrict: false,
    evaluate: ([value]) => value !== null && pattern.test(value as string),
  });
}

export const LOGIC_FUNCTIONS: readonly ScalarFunction[] = [
  connective('AND', and),
  connective('OR', or),
  define({
    name: 'NOT',
    signature: 'NOT condition',
    parameters: [boolean],
    result: simpleType('BOOLEAN', true),
    evaluate: ([value]) => !value,
  }),
  isTest('IS NULL', 'any', (value) => value === null),
  isTest('IS NOT NULL', 'any', (value) => value !== null),
  isTest('IS TRUE', 'boolean', (value) => value === true),
  isTest('IS NOT TRUE', 'boolean', (value) => value !== true),
  isTest('IS FALSE', 'boolean', (value) => value === false),
  isTest('IS NOT FALSE', 'boolean', (value) => value !== false),
  isTest('IS UNKNOWN', 'boolean', (value) => value === null),
  isTest('IS NOT UNKNOWN', 'boolean', (value) => value !== null),
  coalesce,
  ifNull,
  nullIf,
  ifFunction,
  define({
    name: 'TYPEOF',
    signature: 'TYPEOF(value)',
    parameters: [any],
    isStrict: false,
    result: textType(false),
    evaluate: (_args, call) => formatType(call.argumentTypes[0]),
  }),
  textTest('IS_ALPHA', /^\p{L}+$/u),
  textTest('IS_DIGIT', /^\p{Nd}+$/u),
  textTest('IS_DECIMAL', /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/),
];
