/**
 * Source text under construction. All identifiers are made here from counters; values of the query enter as bound constants
 * (numbers are printed from their value). Knows which input columns the code reads.
 */
import { type Lane, laneOf, type SqlType } from '../types/sql-type.ts';
import type { Slot } from './slots.ts';

/** Where the columns of an input come from: a variable that holds the batch and one that holds the row. */
export interface InputSide {
  readonly batch: string;
  readonly row: string;
  /** Index of its first column among all input columns. */
  readonly from: number;
  readonly types: readonly SqlType[];
}

export class Emitter {
  readonly lines: string[] = [];
  readonly constants: unknown[] = [];
  readonly #sides: readonly InputSide[];
  readonly #header = new Map<number, string[]>();
  #counter = 0;
  #memo: Map<string, Slot>[] = [new Map()];

  constructor(sides: readonly InputSide[]) {
    this.#sides = sides;
  }

  emit(line: string): void {
    this.lines.push(line);
  }

  fresh(): string {
    return `t${this.#counter++}`;
  }

  /** Declares a variable that never changes; simple names and literals are used as they are. */
  constant(source: string): string {
    if (/^(?:[\w$]+|-?\d+n?)$/.test(source)) return source;
    const name = this.fresh();
    this.emit(`const ${name} = ${source};`);
    return name;
  }

  variable(initial: string): string {
    const name = this.fresh();
    this.emit(`let ${name} = ${initial};`);
    return name;
  }

  /** The name of a constant that lives outside of the generated code. */
  bind(value: unknown): string {
    this.constants.push(value);
    return `k${this.constants.length - 1}`;
  }

  /** Emits `head {`, what `body` emits, `}`; subexpressions computed inside are not known outside. */
  block(head: string, body: () => void): void {
    this.emit(`${head} {`);
    this.#memo.push(new Map());
    body();
    this.#memo.pop();
    this.emit('}');
  }

  recall(key: string): Slot | undefined {
    for (let i = this.#memo.length - 1; i >= 0; i--) {
      const slot = this.#memo[i].get(key);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  remember(key: string, slot: Slot): void {
    this.#memo[this.#memo.length - 1].set(key, slot);
  }

  /** The slot of an input column at its side's row. */
  input(index: number): Slot {
    const side = this.#sides.findLast((candidate) => candidate.from <= index);
    const type = side?.types[index - side.from];
    if (side === undefined || type === undefined) throw new Error(`input column ${index} does not exist`);
    const lane = laneOf(type);
    const name = `c${index}`;
    if (!this.#header.has(index)) this.#header.set(index, headerOf(name, lane, side, index - side.from));
    const { row } = side;
    const n = `${name}n[${row}] === 1`;
    switch (lane) {
      case 'obj':
        return { form: 'value', v: this.constant(`${name}v[${row}] ?? null`) };
      case 'bytes':
        return { form: 'bytes', d: `${name}d`, o: `${name}o[${row}]`, l: `${name}l[${row}]`, n, source: name };
      case 'bool':
        return { form: 'prim', lane, v: `(${name}v[${row}] === 1)`, n };
      default:
        return { form: 'prim', lane, v: `${name}v[${row}]`, n };
    }
  }

  /** Declarations of the lanes of all columns read. */
  header(): string {
    return [...this.#header.values()].flat().join('\n');
  }

  /** Declarations of the bound constants. */
  constantHeader(): string {
    return this.constants.map((_, i) => `const k${i} = k[${i}];`).join('\n');
  }
}

function headerOf(name: string, lane: Lane, side: InputSide, index: number): string[] {
  const column = `const ${name} = ${side.batch}.columns[${index}];`;
  if (lane === 'obj') return [column, `const ${name}v = ${name}.values;`];
  const nulls = `const ${name}n = ${name}.nulls === null ? h.noNulls(${side.batch}.rows) : ${name}.nulls;`;
  if (lane === 'bytes') return [column, nulls, `const ${name}d = ${name}.data, ${name}o = ${name}.offsets, ${name}l = ${name}.lengths;`];
  return [column, nulls, `const ${name}v = ${name}.values;`];
}
