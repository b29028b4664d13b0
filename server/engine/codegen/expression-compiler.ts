/**
 * Expressions to JavaScript statements. Each kind of node is compiled to a slot (slots.ts); calls and casts that have an inline form
 * (inline-*.ts) use it, all others are computed by the function's own `evaluate` per row. Laziness is the interpreter's: CASE, AND, OR, IN,
 * COALESCE, IFNULL and IF put what they may skip into blocks.
 */
import { castValue, tryCastValue } from '../functions/cast.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import { laneOf, type SqlType } from '../types/sql-type.ts';
import { textBytes } from '../types/text-bytes.ts';
import { RowValue, type Value } from '../types/value.ts';
import type { Choice, Compiler } from './compiler.ts';
import { toPrim, toValue } from './conversions.ts';
import type { Emitter } from './emitter.ts';
import { mayBeFine, takesAll } from './fine-timestamps.ts';
import { asInList, flattened, inlineCall } from './inline-calls.ts';
import { inlineCast } from './inline-casts.ts';
import { type CallExpression, evaluatedCallOf, functionOf } from './interpreter.ts';
import { type BytesSlot, eitherNull, isPrimLane, nullTestOf, type PrimSlot, type Slot, type ValueSlot, ZERO } from './slots.ts';

export class ExpressionCompiler implements Compiler {
  readonly emitter: Emitter;
  readonly context: FunctionContext;

  constructor(emitter: Emitter, context: FunctionContext) {
    this.emitter = emitter;
    this.context = context;
  }

  compile(expression: Expression): Slot {
    switch (expression.kind) {
      case 'input':
        return this.emitter.input(expression.index);
      case 'literal':
        return this.literal(expression.value, expression.type);
      default: {
        // A connective's terms are remembered one by one; a digest of a long chain would cost more than it saves.
        if (isConnective(expression) || !isRepeatable(expression)) return this.#compileFresh(expression);
        const key = digest(expression);
        const known = this.emitter.recall(key);
        if (known !== undefined) return known;
        const slot = this.#compileFresh(expression);
        this.emitter.remember(key, slot);
        return slot;
      }
    }
  }

  #compileFresh(expression: Exclude<Expression, { kind: 'input' | 'literal' }>): Slot {
    switch (expression.kind) {
      case 'cast':
        return inlineCast(this, expression) ?? this.#castByValue(expression);
      case 'case':
        return this.choose(
          expression.type,
          expression.branches.map(({ when, then }) => ({ when: () => this.truth(when), result: then })),
          expression.otherwise,
        );
      case 'field': {
        const row = toValue(this.emitter, this.compile(expression.arg), expression.arg.type);
        const fields = this.emitter.constant(`${row.v} === null ? null : (${row.v}.fields[${expression.index}] ?? null)`);
        return { form: 'value', v: fields };
      }
      case 'call':
        return inlineCall(this, expression) ?? this.#callByValue(expression);
    }
  }

  prim(expression: Expression): PrimSlot {
    return toPrim(this.emitter, this.compile(expression), expression.type);
  }

  value(expression: Expression): ValueSlot {
    return toValue(this.emitter, this.compile(expression), expression.type);
  }

  literal(value: Value, type: SqlType): Slot {
    const lane = laneOf(type);
    if (isPrimLane(lane)) {
      if (value === null) return { form: 'prim', lane, v: ZERO[lane], n: 'true' };
      return { form: 'prim', lane, v: this.#number(value), n: 'false' };
    }
    if (lane === 'bytes') {
      const bytes = value === null ? new Uint8Array(0) : typeof value === 'string' ? textBytes(value) : (value as Uint8Array);
      return {
        form: 'bytes',
        d: this.emitter.bind(bytes),
        o: '0',
        l: String(bytes.length),
        n: value === null ? 'true' : 'false',
        source: null,
      };
    }
    return { form: 'value', v: this.emitter.bind(value) };
  }

  /** Numbers are printed from their value, so that the optimizer sees constants. */
  #number(value: Value): string {
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`;
    if (typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 53)
      return value < 0 ? `(${value})` : String(value);
    return this.emitter.bind(value);
  }

  /** A JavaScript condition: the expression is TRUE (not NULL, not FALSE). AND and OR skip what cannot matter. */
  truth(expression: Expression): string {
    if (expression.kind === 'call' && (expression.function === 'AND' || expression.function === 'OR')) {
      const isAnd = expression.function === 'AND';
      const [first, ...rest] = flattened(expression);
      if (!isAnd && asInList([first, ...rest]) !== null) return this.#isTrue(this.prim(expression));
      const result = this.emitter.variable(this.truth(first));
      const tail = (index: number): void => {
        if (index >= rest.length) return;
        this.emitter.block(`if (${isAnd ? '' : '!'}${result})`, () => {
          this.emitter.emit(`${result} = ${this.truth(rest[index])};`);
          tail(index + 1);
        });
      };
      tail(0);
      return result;
    }
    return this.#isTrue(this.prim(expression));
  }

  #isTrue(slot: PrimSlot): string {
    return slot.n === 'false' ? slot.v : slot.n === 'true' ? 'false' : this.emitter.constant(`!(${slot.n}) && ${slot.v}`);
  }

  /** The first branch whose condition holds, else `otherwise`; only the chosen one runs. */
  choose(type: SqlType, branches: readonly Choice[], otherwise: Expression): Slot {
    const target = this.target(type, [...branches.map((branch) => branch.result), otherwise]);
    const next = (index: number): void => {
      if (index === branches.length) {
        target.assign(this.compile(otherwise));
        return;
      }
      const condition = branches[index].when();
      this.emitter.block(`if (${condition})`, () => target.assign(this.compile(branches[index].result)));
      this.emitter.block('else', () => next(index + 1));
    };
    next(0);
    return target.slot;
  }

  /** Variables that hold one of several expressions of a type, and how to set them. */
  target(type: SqlType, candidates: readonly Expression[]): { readonly slot: Slot; assign(slot: Slot): void } {
    const { emitter } = this;
    const lane = laneOf(type);
    if (isPrimLane(lane) && !candidates.some(mayBeFine)) {
      const v = emitter.variable(ZERO[lane]);
      const n = emitter.variable('true');
      return {
        slot: { form: 'prim', lane, v, n },
        assign(slot) {
          const prim = toPrim(emitter, slot, type);
          emitter.emit(`${v} = ${prim.v}; ${n} = ${prim.n};`);
        },
      };
    }
    if (lane === 'bytes' && candidates.every((candidate) => candidate.kind === 'input' || candidate.kind === 'literal')) {
      const empty = emitter.bind(new Uint8Array(0));
      const [d, o, l, n] = [emitter.variable(empty), emitter.variable('0'), emitter.variable('0'), emitter.variable('true')];
      return {
        slot: { form: 'bytes', d, o, l, n, source: null },
        assign(slot) {
          const { d: data, o: offset, l: length, n: isNull } = slot as BytesSlot;
          emitter.emit(`${d} = ${data}; ${o} = ${offset}; ${l} = ${length}; ${n} = ${isNull};`);
        },
      };
    }
    const v = emitter.variable('null');
    return {
      slot: { form: 'value', v },
      assign(slot) {
        emitter.emit(`${v} = ${toValue(emitter, slot, type).v};`);
      },
    };
  }

  #castByValue(expression: Extract<Expression, { kind: 'cast' }>): ValueSlot {
    const arg = this.value(expression.arg);
    const { context } = this;
    const from = expression.arg.type;
    const to = expression.type;
    const run = expression.isTry ? tryCastValue : castValue;
    const name = this.emitter.bind((value: Value) => run(value, from, to, context));
    return { form: 'value', v: this.emitter.constant(`${arg.v} === null ? null : ${name}(${arg.v})`) };
  }

  #callByValue(call: CallExpression): ValueSlot {
    const scalar = functionOf(call);
    const evaluated = evaluatedCallOf(call);
    const { context } = this;
    const args = call.args.map((arg) => this.compile(arg));
    const isStrict = scalar.isStrict !== false;
    // A strict function's NULL test comes first, so that arguments are only decoded for rows that have all.
    const n = isStrict ? eitherNull(...args.map(nullTestOf)) : 'false';
    const name = this.emitter.bind((values: readonly Value[]) => scalar.evaluate(values, evaluated, context));
    const result = this.emitter.variable('null');
    const run = () => {
      const values = args.map((arg, i) => {
        const { v } = toValue(this.emitter, arg, call.args[i].type);
        return !takesAll(scalar.name) && mayBeFine(call.args[i]) ? `h.coarse(${v})` : v;
      });
      this.emitter.emit(`${result} = ${name}([${values.join(', ')}]);`);
    };
    if (n === 'false') run();
    else if (n !== 'true') this.emitter.block(`if (!${n.startsWith('(') ? n : `(${n})`})`, run);
    return { form: 'value', v: result };
  }
}

function isConnective(expression: Expression): boolean {
  return expression.kind === 'call' && (expression.function === 'AND' || expression.function === 'OR');
}

/** Same input, same value: may be computed once a row. */
function isRepeatable(expression: Expression): boolean {
  switch (expression.kind) {
    case 'input':
    case 'literal':
      return true;
    case 'cast':
    case 'field':
      return isRepeatable(expression.arg);
    case 'case':
      return expression.branches.every(({ when, then }) => isRepeatable(when) && isRepeatable(then)) && isRepeatable(expression.otherwise);
    case 'call':
      return functionOf(expression).isDeterministic && expression.args.every(isRepeatable);
  }
}

/** Equal for expressions that compute the same. */
function digest(expression: Expression): string {
  return JSON.stringify(expression, (_, value) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
    if (typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))) return `#${Object.is(value, -0) ? '-0' : value}`;
    if (value instanceof RowValue) return { row: value.fields };
    return value;
  });
}
