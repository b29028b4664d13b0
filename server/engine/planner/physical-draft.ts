/**
 * The physical plan while it is built: nodes without uid and change kinds, but with what is known of their rows. Equal nodes are made
 * once (common sub-plans are shared by digest); what no sink needs is left out at the end.
 */
import type { RowSchema } from '../types/sql-type.ts';
import { plainJson } from '../types/value-json.ts';
import type { NodeBase, PlanNode, WindowSpec } from './physical-plan.ts';

type Specific<N> = N extends PlanNode ? Omit<N, keyof NodeBase> : never;
/** The kind of a node with its own fields. */
export type Payload = Specific<PlanNode>;
export type PayloadOf<K extends PlanNode['kind']> = Extract<Payload, { kind: K }>;

/** Columns that hold the window a row belongs to; `start` or `end` is null when that column is gone. */
export interface Windowing {
  readonly spec: WindowSpec;
  readonly start: number | null;
  readonly end: number | null;
  readonly time: number | null;
  readonly domain: 'rowtime' | 'proctime';
  /** Windows of a TIMESTAMP_LTZ column: start and end are wall-clock times of the session's zone. */
  readonly isZoned: boolean;
}

export interface Draft {
  readonly id: number;
  readonly payload: Payload;
  readonly inputs: readonly number[];
  readonly schema: RowSchema;
  readonly description: string;
  readonly parallelism: number | null;
  readonly facts: DraftFacts;
}

/** Columns that identify a row of the result. */
export interface UniqueKey {
  readonly columns: readonly number[];
  /** All changes of one key come from one subtask, in order (Flink's upsert key). An exchange by other columns ends that. */
  readonly isOrdered: boolean;
}

export function uniqueKey(columns: readonly number[]): UniqueKey {
  return { columns, isOrdered: true };
}

/** Whether these columns hold a key of the rows. */
export function holdsKey(keys: readonly UniqueKey[], columns: readonly number[]): boolean {
  return keys.some((key) => key.columns.every((column) => columns.includes(column)));
}

export interface DraftFacts {
  /** What each column means, in terms of tables' columns: free of aliases, filters and positions. */
  readonly meanings: readonly string[];
  readonly uniqueKeys: readonly UniqueKey[];
  readonly windowing: Windowing | null;
  /** Tables below, in order of appearance. */
  readonly tables: readonly string[];
  /** The view a node was made for, or null. */
  readonly scope: string | null;
  /** Rows are only ever inserted. */
  readonly isInsertOnly: boolean;
}

export class DraftPlan {
  readonly nodes: Draft[] = [];
  readonly #byDigest = new Map<string, number>();

  add(
    payload: Payload,
    inputs: readonly number[],
    schema: RowSchema,
    description: string,
    facts: DraftFacts,
    parallelism: number | null = null,
  ): number {
    const digest = JSON.stringify([payload, inputs, schema.map((field) => field.type)], plainJson);
    const known = this.#byDigest.get(digest);
    if (known !== undefined) return known;
    const id = this.nodes.length;
    this.nodes.push({ id, payload, inputs, schema, description, parallelism, facts });
    this.#byDigest.set(digest, id);
    return id;
  }

  get(id: number): Draft {
    return this.nodes[id];
  }
}
