/**
 * Compiles a pipeline stage to one loop over a batch: the condition first, then the projections, each column at the row's own
 * index. Projections that only name an input column pass that column on. The output batch and its buffers are used again for the next call.
 *
 * The source text is made of fixed fragments, counters and numbers printed from their values; everything else that the query says enters as a
 * bound constant. `h` are the kernels, `k` the constants, `o` the output writers.
 */

import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { Batch, Column, I64Column } from '../types/batch.ts';
import { createColumn } from '../types/batch-builder.ts';
import { compareText } from '../types/compare-values.ts';
import { laneOf, type RowSchema } from '../types/sql-type.ts';
import { mayHoldHalves } from '../types/text-bytes.ts';
import type { Value } from '../types/value.ts';
import type { CompiledCalc, CompiledExpression, CompiledJoinCondition } from './contract.ts';
import { toPrim, toValue } from './conversions.ts';
import { Emitter, type InputSide } from './emitter.ts';
import { ExpressionCompiler } from './expression-compiler.ts';
import { mayBeFine } from './fine-timestamps.ts';
import * as kernels from './kernels.ts';
import { isPrimLane, type Slot } from './slots.ts';

const HELPERS = { ...kernels, compareText };

function sideOf(batch: string, row: string, from: number, schema: RowSchema): InputSide {
  return { batch, row, from, types: schema.map((field) => field.type) };
}

/** The function text after `return` of a factory that takes h, k and o. */
function build<T>(emitter: Emitter, output: unknown, source: string): T {
  const factory = new Function('h', 'k', 'o', `"use strict";\n${emitter.constantHeader()}\nreturn ${source}`);
  return factory(HELPERS, emitter.constants, output) as T;
}

/** See contract.ts. Never null for a batch with live rows and no condition. Compiled once more when the thread meets the first half of a surrogate pair. */
export function compileCalc(
  projection: readonly Expression[],
  condition: Expression | null,
  input: RowSchema,
  context: FunctionContext,
): CompiledCalc {
  const compile = () => compileLoop(projection, condition, input, context);
  let isFinal = mayHoldHalves();
  let run = compile();
  return (batch) => {
    if (!isFinal && mayHoldHalves()) {
      isFinal = true;
      run = compile();
    }
    return run(batch);
  };
}

function compileLoop(
  projection: readonly Expression[],
  condition: Expression | null,
  input: RowSchema,
  context: FunctionContext,
): CompiledCalc {
  const emitter = new Emitter([sideOf('batch', 'i', 0, input)]);
  const compiler = new ExpressionCompiler(emitter, context);
  const outputs = projection.map((expression) => (expression.kind === 'input' ? null : new OutputColumn(expression)));
  const passed = projection.map((expression) => (expression.kind === 'input' ? expression.index : -1));
  if (condition !== null) {
    emitter.emit(`if (!(${compiler.truth(condition)})) continue;`);
    emitter.emit('selectionOut[live++] = i;');
  }
  // All values first: subexpressions are shared between columns.
  const writes = outputs.map((output, index) => output?.write(index, emitter, compiler) ?? null);
  const computed = outputs.flatMap((output) => (output === null ? [] : [output]));
  const hasLoop = condition !== null || computed.length > 0;
  const loop = hasLoop
    ? `for (let s = 0; s < selected; s++) {
const i = selectionIn === null ? s : selectionIn[s];
${emitter.lines.join('\n')}
}`
    : '';
  const source = `function run(batch, selectionOut) {
const selectionIn = batch.selection, selected = batch.selected;
let live = 0;
${emitter.header()}
${writes.map((write) => write?.before ?? '').join('\n')}
${loop}
${writes.map((write) => write?.after ?? '').join('\n')}
return live;
}`;
  const run = build<(batch: Batch, selectionOut: Int32Array) => number>(emitter, outputs, source);
  return calcOf(run, outputs, passed, condition !== null);
}

function calcOf(
  run: (batch: Batch, selectionOut: Int32Array) => number,
  outputs: readonly (OutputColumn | null)[],
  passed: readonly number[],
  isFiltering: boolean,
): CompiledCalc {
  let selectionOut = new Int32Array(0);
  return (batch) => {
    if (batch.selected === 0) return null;
    if (isFiltering && selectionOut.length < batch.selected) selectionOut = new Int32Array(Math.max(batch.selected, 2048));
    for (const output of outputs) output?.prepare(batch.rows);
    const live = run(batch, selectionOut);
    if (isFiltering && live === 0) return null;
    const columns = passed.map((index, at) => (index >= 0 ? batch.columns[index] : (outputs[at] as OutputColumn).column));
    const isWhole = !isFiltering || live === batch.selected;
    return {
      rows: batch.rows,
      columns,
      kinds: batch.kinds,
      selection: isWhole ? batch.selection : selectionOut,
      selected: isWhole ? batch.selected : live,
      split: batch.split,
    };
  };
}

interface WriteCode {
  readonly before: string;
  readonly after: string;
}

/** A computed column: its buffers and the code that fills them. */
class OutputColumn {
  column: Column;
  readonly #expression: Expression;
  readonly #writer: kernels.BytesWriter | null;
  /** Kept while `column.nulls` is null. */
  nulls = new Uint8Array(0);
  #capacity = 0;
  /** Set when all rows are ranges of one input column: its bytes are passed on. */
  #isView = false;
  readonly #isFine: boolean;

  constructor(expression: Expression) {
    this.#expression = expression;
    const lane = laneOf(expression.type);
    this.#isFine = mayBeFine(expression);
    this.#writer = lane === 'bytes' ? new kernels.BytesWriter() : null;
    this.column = this.#writer?.column ?? createColumn(lane, 0);
  }

  prepare(rows: number): void {
    if (rows > this.#capacity) {
      const capacity = Math.max(rows, 2048);
      this.#capacity = capacity;
      this.nulls = new Uint8Array(capacity);
      const { lane } = this.column;
      if (this.#writer) {
        const { data } = this.column as kernels.BytesWriter['column'];
        this.#writer.column = { lane: 'bytes', data, offsets: new Int32Array(capacity), lengths: new Int32Array(capacity), nulls: null };
        this.column = this.#writer.column;
      } else this.column = createColumn(lane, capacity);
    }
    if (this.#writer && !this.#isView) this.#writer.used = 0;
    if (this.#isFine) (this.column as I64Column).nanos = null;
  }

  /** What a timestamp holds beyond its precision; its lane is made for the first that holds anything. */
  setNanos(row: number, nanos: number): void {
    const column = this.column as I64Column;
    if (nanos !== 0) column.nanos ??= new Int32Array(this.#capacity);
    if (column.nanos) column.nanos[row] = nanos;
  }

  get writer(): kernels.BytesWriter {
    if (this.#writer === null) throw new Error('not a column of texts or bytes');
    return this.#writer;
  }

  /** Emits the computation and the stores of one row. */
  write(index: number, emitter: Emitter, compiler: ExpressionCompiler): WriteCode {
    const { type } = this.#expression;
    const lane = laneOf(type);
    const name = `o${index}`;
    const slot = compiler.compile(this.#expression);
    if (lane === 'obj') {
      emitter.emit(`${name}v[i] = ${toValue(emitter, slot, type).v};`);
      return { before: `const ${name}v = o[${index}].column.values;`, after: '' };
    }
    const nullBefore = `const ${name}n = o[${index}].nulls; let ${name}any = 0;`;
    if (isPrimLane(lane)) {
      const prim = toPrim(emitter, slot, type);
      if (this.#isFine && slot.form === 'value') emitter.emit(`o[${index}].setNanos(i, h.nanosOf(${slot.v}));`);
      emitter.emit(`${name}v[i] = ${lane === 'bool' ? `${prim.v} ? 1 : 0` : prim.v};`);
      const before = `const ${name}v = o[${index}].column.values;`;
      return this.#withNulls(emitter, name, index, prim.n, before, nullBefore);
    }
    return this.#writeBytes(emitter, name, index, slot, nullBefore);
  }

  #writeBytes(emitter: Emitter, name: string, index: number, slot: Slot, nullBefore: string): WriteCode {
    if (slot.form === 'bytes' && slot.source !== null) {
      this.#isView = true;
      emitter.emit(`${name}o[i] = ${slot.o}; ${name}l[i] = ${slot.l};`);
      const before = `const ${name} = o[${index}].column; ${name}.data = ${slot.d}; const ${name}o = ${name}.offsets, ${name}l = ${name}.lengths;`;
      return this.#withNulls(emitter, name, index, slot.n, before, nullBefore);
    }
    const before = `const ${name}w = o[${index}].writer;`;
    if (slot.form === 'bytes') {
      emitter.emit(`if (!(${slot.n})) ${name}w.putBytes(i, ${slot.d}, ${slot.o}, ${slot.l});`);
      return this.#withNulls(emitter, name, index, slot.n, before, nullBefore);
    }
    if (slot.form === 'prim') throw new Error('a text has no bare lane');
    const put = this.#expression.type.kind === 'CHAR' || this.#expression.type.kind === 'VARCHAR' ? 'putText(i, ' : 'putBytes(i, ';
    const tail = put === 'putText(i, ' ? ')' : `, 0, ${slot.v}.length)`;
    emitter.emit(`if (${slot.v} !== null) ${name}w.${put}${slot.v}${tail};`);
    return this.#withNulls(emitter, name, index, `${slot.v} === null`, before, nullBefore);
  }

  #withNulls(emitter: Emitter, name: string, index: number, n: string, before: string, nullBefore: string): WriteCode {
    if (n === 'false') return { before, after: `o[${index}].column.nulls = null;` };
    emitter.emit(`if (${n}) { ${name}n[i] = 1; ${name}any = 1; } else ${name}n[i] = 0;`);
    return { before: `${before}\n${nullBefore}`, after: `o[${index}].column.nulls = ${name}any === 1 ? ${name}n : null;` };
  }
}

/** See contract.ts. */
export function compileExpression(expression: Expression, input: RowSchema, context: FunctionContext): CompiledExpression {
  const emitter = new Emitter([sideOf('batch', 'i', 0, input)]);
  const compiler = new ExpressionCompiler(emitter, context);
  const { v } = toValue(emitter, compiler.compile(expression), expression.type);
  const result = mayBeFine(expression) ? `h.coarse(${v})` : v;
  const source = `function run(batch, i) {
${emitter.header()}
${emitter.lines.join('\n')}
return ${result};
}`;
  return build<(batch: Batch, row: number) => Value>(emitter, null, source);
}

/** See contract.ts. */
export function compileJoinCondition(
  condition: Expression,
  left: RowSchema,
  right: RowSchema,
  context: FunctionContext,
): CompiledJoinCondition {
  const emitter = new Emitter([sideOf('left', 'i', 0, left), sideOf('right', 'j', left.length, right)]);
  const compiler = new ExpressionCompiler(emitter, context);
  const truth = compiler.truth(condition);
  const source = `function run(left, i, right, j) {
${emitter.header()}
${emitter.lines.join('\n')}
return ${truth};
}`;
  return build<CompiledJoinCondition>(emitter, null, source);
}
