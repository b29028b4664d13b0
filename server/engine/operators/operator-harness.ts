/**
 * Drives operators in tests as the runtime does: batches cut at random, rows routed by key group to any number of subtasks, processing time by hand,
 * snapshots through stored groups and restores at another parallelism.
 */

import type { OperatorStateStore } from '../state/contract.ts';
import { groupRange, subtaskOf } from '../state/key-groups.ts';
import { MemoryBudget } from '../state/memory-budget.ts';
import { createOperatorState } from '../state/operator-state.ts';
import type { Batch, ChangeKind } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { forEachLiveRow, kindAt, rowAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { Operator } from './contract.ts';
import { createPartitioner } from './partition-batch.ts';

const KEY_GROUPS = 128;

export interface TestRow {
  readonly kind: ChangeKind;
  readonly values: readonly Value[];
}

export interface HarnessOptions {
  readonly create: () => Operator;
  readonly inputs: readonly RowSchema[];
  readonly output: RowSchema;
  /** Key columns of each input, for routing; empty = one subtask. */
  readonly keys: readonly (readonly number[])[];
  readonly timeZone?: string;
}

interface Subtask {
  readonly operator: Operator;
  readonly state: OperatorStateStore;
  readonly timers: Set<number>;
}

export class OperatorHarness {
  readonly #options: HarnessOptions;
  /** Everything emitted so far, in order (by subtask within a call). */
  readonly rows: TestRow[] = [];
  readonly watermarks: number[] = [];
  /** Rows and watermarks as they came: a number is a watermark. */
  readonly events: (TestRow | number)[] = [];
  lateRows = 0;
  nowMs = 0;
  #watermarkMs: number | null = null;
  #subtasks: Subtask[] = [];

  constructor(options: HarnessOptions, parallelism = 1) {
    this.#options = options;
    this.#start(parallelism, []);
  }

  get subtasks(): readonly Subtask[] {
    return this.#subtasks;
  }

  process(rows: readonly TestRow[], input = 0, split = -1): void {
    if (rows.length === 0) return;
    const schema = this.#options.inputs[input];
    const builder = new BatchBuilder(schema, rows.length);
    for (const row of rows) {
      row.values.forEach((value, index) => {
        builder.setValue(index, value);
      });
      builder.endRow(row.kind);
    }
    const batch = builder.finish(split);
    if (this.#subtasks.length === 1) this.#subtasks[0].operator.process(batch, input);
    else {
      createPartitioner(
        schema,
        this.#options.keys[input],
        this.#subtasks.length,
        KEY_GROUPS,
      )(batch, (subtask, part) => {
        this.#subtasks[subtask].operator.process(part, input);
      });
    }
  }

  processWatermark(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    for (const { operator } of this.#subtasks) operator.processWatermark(watermarkMs);
  }

  /** Moves processing time on and fires what is due, in order. */
  advanceTime(toMs: number): void {
    for (;;) {
      const due = this.#subtasks
        .flatMap((subtask) => [...subtask.timers].map((time) => ({ subtask, time })))
        .filter(({ time }) => time <= toMs);
      if (due.length === 0) break;
      const first = due.reduce((best, one) => (one.time < best.time ? one : best));
      first.subtask.timers.delete(first.time);
      this.nowMs = Math.max(this.nowMs, first.time);
      first.subtask.operator.processTimer?.(first.time);
    }
    this.nowMs = toMs;
  }

  /** Takes a snapshot and goes on from it with new operators. */
  restart(parallelism: number): void {
    const frozen = this.#subtasks.map(({ operator, state }) => {
      operator.snapshot?.();
      return state.freeze();
    });
    for (const { operator } of this.#subtasks) operator.close();
    this.#start(parallelism, frozen);
  }

  #start(parallelism: number, frozen: readonly ReturnType<OperatorStateStore['freeze']>[]): void {
    const states = Array.from({ length: parallelism }, (_, subtask) => {
      const { first, last } = groupRange(subtask, parallelism, KEY_GROUPS);
      const budget = new MemoryBudget(1 << 30);
      return createOperatorState({
        uid: 'operator',
        keyGroups: KEY_GROUPS,
        firstGroup: first,
        lastGroup: last,
        nowMs: () => this.nowMs,
        budget,
      });
    });
    for (const { tables, values } of frozen) {
      for (const state of states) state.loadValues(JSON.parse(JSON.stringify(values)));
      for (const table of tables) {
        for (const group of table.groups) {
          const state = states[subtaskOf(group, parallelism, KEY_GROUPS)];
          state.load(table.name, table.formatVersion, JSON.parse(JSON.stringify(table.layout)), group, table.serialize(group).bytes);
        }
        table.release();
      }
    }
    this.#subtasks = states.map((state, subtask) => this.#open(state, subtask, parallelism));
  }

  #open(state: OperatorStateStore, subtask: number, parallelism: number): Subtask {
    const operator = this.#options.create();
    const timers = new Set<number>();
    operator.open({
      uid: 'operator',
      subtask,
      parallelism,
      state,
      output: {
        emit: (batch) => this.#collect(batch),
        emitWatermark: (watermarkMs) => {
          this.#watermarkMs = watermarkMs;
          this.watermarks.push(watermarkMs);
          this.events.push(watermarkMs);
        },
        emitIdle: () => {},
      },
      time: { nowMs: () => this.nowMs, registerTimer: (timeMs) => timers.add(timeMs) },
      timeZone: this.#options.timeZone ?? 'UTC',
      metrics: {
        lateRowsDropped: (rows) => {
          this.lateRows += rows;
        },
      },
      restoredWatermarkMs: this.#watermarkMs,
    });
    return { operator, state, timers };
  }

  #collect(batch: Batch): void {
    forEachLiveRow(batch, (row) => {
      const entry = { kind: kindAt(batch, row) as ChangeKind, values: rowAt(batch, row, this.#options.output) };
      this.rows.push(entry);
      this.events.push(entry);
    });
  }
}

/** What a changelog leaves: one text a row, sorted. Throws when something is taken back that is not there. */
export function tableOf(rows: readonly TestRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { kind, values } of rows) {
    const text = rowText(values);
    const count = (counts.get(text) ?? 0) + (kind === 0 || kind === 2 ? 1 : -1);
    if (count < 0) throw new Error(`taken back, but not there: ${text}`);
    counts.set(text, count);
  }
  return [...counts].flatMap(([text, count]) => new Array<string>(count).fill(text)).sort();
}

export function rowText(values: readonly Value[]): string {
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? `${value}n` : Number.isNaN(value) ? 'NaN' : value));
}

export function kindText({ kind, values }: TestRow): string {
  return `${['+I', '-U', '+U', '-D'][kind]}${rowText(values)}`;
}

/** The first place where two changelogs differ, as text; null when they are equal. */
export function firstDifference(actual: readonly TestRow[], expected: readonly TestRow[]): string | null {
  for (let i = 0; i < Math.max(actual.length, expected.length); i++) {
    const got = i < actual.length ? kindText(actual[i]) : 'nothing';
    const wanted = i < expected.length ? kindText(expected[i]) : 'nothing';
    if (got !== wanted) return `row ${i}: got ${got}, wanted ${wanted}`;
  }
  return null;
}

/** Reproducible numbers in [0, limit). */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
