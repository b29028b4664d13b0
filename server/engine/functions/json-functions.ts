/**
 * JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_OBJECT, JSON_ARRAY, JSON_STRING, IS JSON. What is syntax comes in the call's options:
 * onEmpty, onError (NULL, ERROR, DEFAULT, EMPTY ARRAY, EMPTY OBJECT, TRUE, FALSE, UNKNOWN), onNull (NULL, ABSENT), wrapper.
 */

import { parseDecimal } from '../types/decimal-arithmetic.ts';
import { formatBigDecimal } from '../types/format-value.ts';
import { type SqlType, withNullability } from '../types/sql-type.ts';
import { isNumeric, isText } from '../types/type-families.ts';
import { parseTypeText } from '../types/type-text.ts';
import { ArrayValue, type Value } from '../types/value.ts';
import { tryCastValue } from './cast.ts';
import {
  type BoundCall,
  type CallOptions,
  DataError,
  type EvaluatedCall,
  type FunctionContext,
  type FunctionRefusal,
  type ScalarFunction,
} from './contract.ts';
import { any, BOOLEAN, define, refuseCall, STRING, text } from './define.ts';
import { find, parseJsonPath } from './json-path.ts';
import { type JsonNode, parseJson, writeJson } from './json-text.ts';
import { valueToNode } from './json-values.ts';

/** An option's words in one spelling: upper case, single blanks, without a trailing ON EMPTY and its like. */
function optionOf(options: CallOptions, key: string): string | null {
  const value = options[key];
  if (typeof value !== 'string') return null;
  return value
    .toUpperCase()
    .replace(/\s+ON\s+(EMPTY|ERROR|NULL)$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

type Found =
  | { readonly kind: 'found'; readonly node: JsonNode }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly reason: string };

/** A strict path that misses is an error, a lax one finds nothing. */
function look(json: string, pathText: string): Found {
  const path = parseJsonPath(pathText);
  const root = parseJson(json);
  if (root === null) return path.isLax ? { kind: 'empty' } : { kind: 'error', reason: `not valid JSON: ${json.slice(0, 100)}` };
  // Nothing lies below a JSON null, not even for a wildcard.
  const node = root.kind === 'null' && path.steps.length > 0 ? null : find(path, root);
  if (node !== null) return node.kind === 'null' ? { kind: 'empty' } : { kind: 'found', node };
  return path.isLax ? { kind: 'empty' } : { kind: 'error', reason: `No results for path: ${pathText}` };
}

function scalarText(node: JsonNode): string | null {
  switch (node.kind) {
    case 'string':
      return node.value;
    case 'boolean':
      return String(node.value);
    case 'number':
      return numberText(node.text);
    default:
      return null;
  }
}

/** As Java's BigDecimal (or an integer) prints it: 1e2 is 1E+2. */
function numberText(digits: string): string {
  const parsed = /[.eE]/.test(digits) ? parseDecimal(digits) : null;
  return parsed === null ? digits : formatBigDecimal(parsed.unscaled, parsed.scale);
}

/** Defaults are further arguments: the one ON EMPTY first when both are given. */
function jsonValue(args: readonly Value[], call: EvaluatedCall, context: FunctionContext): Value {
  const [json, path, ...defaults] = args;
  if (json === null || path === null) return null;
  const onEmpty = optionOf(call.options, 'onEmpty') ?? 'NULL';
  const onError = optionOf(call.options, 'onError') ?? 'NULL';
  const defaultFor = (which: 'onEmpty' | 'onError') => {
    const index = which === 'onError' && onEmpty.startsWith('DEFAULT') ? 1 : 0;
    const type = call.argumentTypes[2 + index];
    return type === undefined ? null : tryCastValue(defaults[index] ?? null, type, call.type, context);
  };
  let found = look(json as string, path as string);
  if (found.kind === 'found') {
    const plain = scalarText(found.node);
    if (plain !== null) return typed(plain, call, onError, () => defaultFor('onError'), context);
    found = parseJsonPath(path as string).isLax ? { kind: 'empty' } : { kind: 'error', reason: `${path} finds an array or object` };
  }
  const [behaviour, which] = found.kind === 'empty' ? ([onEmpty, 'onEmpty'] as const) : ([onError, 'onError'] as const);
  if (behaviour === 'ERROR') throw new DataError(`JSON_VALUE: ${found.kind === 'error' ? found.reason : `${String(path)} finds nothing`}`);
  return behaviour.startsWith('DEFAULT') ? defaultFor(which) : null;
}

function typed(plain: string, call: EvaluatedCall, onError: string, fallback: () => Value, context: FunctionContext): Value {
  if (isText(call.type)) return plain;
  const value = tryCastValue(plain, STRING, call.type, context);
  if (value !== null) return value;
  if (onError === 'ERROR') throw new DataError(`JSON_VALUE: '${plain}' does not read as ${call.type.kind}`);
  return onError.startsWith('DEFAULT') ? fallback() : null;
}

function jsonQuery(args: readonly Value[], call: EvaluatedCall, context: FunctionContext): Value {
  const [json, path] = args as readonly string[];
  const wrapper = optionOf(call.options, 'wrapper') ?? 'WITHOUT';
  const found = look(json, path);
  let outcome: Found = found;
  if (found.kind === 'found') {
    const isNested = found.node.kind === 'array' || found.node.kind === 'object';
    const wraps = !/WITHOUT/.test(wrapper) && !(/(?<!UN)CONDITIONAL/.test(wrapper) && isNested);
    const node: JsonNode = wraps ? { kind: 'array', items: [found.node] } : found.node;
    if (wraps || isNested) return queried(node, call, context);
    outcome = parseJsonPath(path).isLax ? { kind: 'empty' } : { kind: 'error', reason: `${path} finds no array or object` };
  }
  const behaviour = optionOf(call.options, outcome.kind === 'empty' ? 'onEmpty' : 'onError') ?? 'NULL';
  if (behaviour === 'ERROR') throw new DataError(`JSON_QUERY: ${outcome.kind === 'error' ? outcome.reason : `${path} finds nothing`}`);
  if (/ARRAY/.test(behaviour)) return queried({ kind: 'array', items: [] }, call, context);
  return /OBJECT/.test(behaviour) ? queried({ kind: 'object', fields: new Map() }, call, context) : null;
}

/** As text, or as an ARRAY<STRING> of its elements (RETURNING). */
function queried(node: JsonNode, call: EvaluatedCall, context: FunctionContext): Value {
  if (call.type.kind !== 'ARRAY') return writeJson(node);
  if (node.kind !== 'array') {
    if (optionOf(call.options, 'onError') === 'ERROR') throw new DataError('JSON_QUERY: the result is no array');
    return optionOf(call.options, 'onError') === 'EMPTY ARRAY' ? new ArrayValue([]) : null;
  }
  const { element } = call.type;
  return new ArrayValue(
    node.items.map((item) => (item.kind === 'null' ? null : tryCastValue(scalarText(item) ?? writeJson(item), STRING, element, context))),
  );
}

function jsonExists(json: string, path: string, options: CallOptions): boolean | null {
  const found = look(json, path);
  if (found.kind !== 'error') return found.kind === 'found';
  switch (optionOf(options, 'onError')) {
    case 'TRUE':
      return true;
    case 'UNKNOWN':
      return null;
    case 'ERROR':
      throw new DataError(`JSON_EXISTS: ${found.reason}`);
    default:
      return false;
  }
}

/** Arguments that are JSON themselves: the compiler names them (codegen/interpreter.ts). */
function isJsonArgument(call: EvaluatedCall, index: number): boolean {
  const { jsonArguments } = call.options;
  return typeof jsonArguments === 'string' && jsonArguments.split(',').includes(String(index));
}

function argumentNode(value: Value, index: number, call: EvaluatedCall): JsonNode {
  const built = isJsonArgument(call, index) && typeof value === 'string' ? parseJson(value) : null;
  return built ?? valueToNode(value, call.argumentTypes[index]);
}

const jsonObject: ScalarFunction = {
  name: 'JSON_OBJECT',
  // Not to be folded: whether an argument is built JSON shows in the call alone.
  isDeterministic: false,
  isStrict: false,
  signature: 'JSON_OBJECT([KEY] key VALUE value, … [NULL | ABSENT ON NULL])',
  bind(args): BoundCall | FunctionRefusal {
    if (args.length % 2 === 1 || args.some((type, index) => index % 2 === 0 && text(type) === null)) return refuseCall(this, args);
    return { argumentTypes: args, type: withNullability(STRING, false) };
  },
  evaluate(args, call) {
    const isAbsent = optionOf(call.options, 'onNull') === 'ABSENT';
    const fields = new Map<string, JsonNode>();
    for (let i = 0; i < args.length; i += 2) {
      if (args[i] === null) throw new DataError('JSON_OBJECT: a key is NULL');
      if (args[i + 1] !== null || !isAbsent) fields.set(args[i] as string, argumentNode(args[i + 1], i + 1, call));
    }
    return writeJson({ kind: 'object', fields });
  },
};

const jsonArray: ScalarFunction = {
  name: 'JSON_ARRAY',
  isDeterministic: false,
  isStrict: false,
  signature: 'JSON_ARRAY(value, … [NULL | ABSENT ON NULL])',
  bind: (args) => ({ argumentTypes: args, type: withNullability(STRING, false) }),
  evaluate(args, call) {
    const keepsNull = optionOf(call.options, 'onNull') === 'NULL';
    const items = args.flatMap((value, index) => (value === null && !keepsNull ? [] : [argumentNode(value, index, call)]));
    return writeJson({ kind: 'array', items });
  },
};

/** JSON_VALUE and JSON_QUERY: `options.returning` is the type text of RETURNING; without it the result is STRING. */
function withReturning(
  name: string,
  signature: string,
  accepts: (type: SqlType) => boolean,
  evaluate: ScalarFunction['evaluate'],
): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature,
    bind(args, _literals, options): BoundCall | FunctionRefusal {
      if (args.length < 2 || text(args[0]) === null || text(args[1]) === null) return refuseCall(this, args);
      const type = typeof options.returning === 'string' ? parseTypeText(options.returning) : STRING;
      if (type === null || !accepts(type)) return { refusal: `${name} cannot return ${String(options.returning)}; write ${signature}` };
      const argumentTypes = args.map((arg, index) => (index < 2 ? withNullability(text(arg) as SqlType, arg.nullable) : arg));
      return { argumentTypes, type: withNullability(type, true) };
    },
    evaluate: (args, call, context) => (args[0] === null || args[1] === null ? null : evaluate(args, call, context)),
  };
}

const isScalar = (type: SqlType) => isText(type) || isNumeric(type) || type.kind === 'BOOLEAN';
const isTextOrTexts = (type: SqlType) => isText(type) || (type.kind === 'ARRAY' && isText(type.element));

function isJson(name: string, isNegated: boolean, test: (node: JsonNode) => boolean): ScalarFunction {
  return define({
    name,
    signature: `text ${name}`,
    parameters: [text],
    isStrict: false,
    result: withNullability(BOOLEAN, false),
    evaluate([value]) {
      const node = value === null ? null : parseJson(value as string);
      return (node !== null && test(node)) !== isNegated;
    },
  });
}

const IS_JSON: readonly (readonly [string, (node: JsonNode) => boolean])[] = [
  ['JSON', () => true],
  ['JSON VALUE', () => true],
  ['JSON OBJECT', (node) => node.kind === 'object'],
  ['JSON ARRAY', (node) => node.kind === 'array'],
  ['JSON SCALAR', (node) => node.kind !== 'object' && node.kind !== 'array'],
];

export const JSON_FUNCTIONS: readonly ScalarFunction[] = [
  withReturning('JSON_VALUE', 'JSON_VALUE(json, path [RETURNING type] [… ON EMPTY] [… ON ERROR])', isScalar, jsonValue),
  withReturning(
    'JSON_QUERY',
    'JSON_QUERY(json, path [RETURNING ARRAY<STRING>] [… WRAPPER] [… ON EMPTY] [… ON ERROR])',
    isTextOrTexts,
    jsonQuery,
  ),
  define({
    name: 'JSON_EXISTS',
    signature: 'JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])',
    parameters: [text, text],
    result: BOOLEAN,
    mayBeNull: true,
    evaluate: ([json, path], call) => jsonExists(json as string, path as string, call.options),
  }),
  jsonObject,
  jsonArray,
  define({
    name: 'JSON_STRING',
    signature: 'JSON_STRING(value)',
    parameters: [any],
    result: STRING,
    evaluate: ([value], call) => writeJson(argumentNode(value, 0, call)),
  }),
  define({
    name: 'JSON_QUOTE',
    signature: 'JSON_QUOTE(text)',
    parameters: [text],
    result: STRING,
    evaluate: ([value]) => JSON.stringify(value),
  }),
  define({
    name: 'JSON_UNQUOTE',
    signature: 'JSON_UNQUOTE(text)',
    parameters: [text],
    result: STRING,
    evaluate([value]) {
      const node = /^".*"$/s.test(value as string) ? parseJson(value as string) : null;
      return node?.kind === 'string' ? node.value : value;
    },
  }),
  define({
    name: 'JSON',
    signature: 'JSON(text): JSON that goes into JSON_OBJECT and JSON_ARRAY as it is',
    parameters: [text],
    result: STRING,
    isDeterministic: false,
    evaluate([value]) {
      const node = parseJson(value as string);
      if (node === null) throw new DataError(`JSON: '${(value as string).slice(0, 100)}' is no valid JSON`);
      return writeJson(node);
    },
  }),
  ...(['PARSE_JSON', 'TRY_PARSE_JSON'] as const).map((name) =>
    define({
      name,
      signature: `${name}(text)`,
      parameters: [text],
      result: STRING,
      mayBeNull: name === 'TRY_PARSE_JSON',
      evaluate([value]) {
        const node = parseJson(value as string, true);
        if (node === null && name === 'PARSE_JSON') throw new DataError(`Failed to parse json string: ${value as string}`);
        return node === null ? null : writeJson(node);
      },
    }),
  ),
  ...IS_JSON.flatMap(([name, test]) => [isJson(`IS ${name}`, false, test), isJson(`IS NOT ${name}`, true, test)]),
];
