/**
 * Keyed tables by slice of time (window state): one KeyedTable a slice, each with the same key, dropped as a whole when its last window has fired.
 * Stored as one table: a group is a count of slices, then for each its end and its group as table-format.ts writes it.
 */
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { KeyedTable, type TableOptions } from './keyed-table.ts';
import { layoutOf, TABLE_FORMAT_VERSION, type TableLayout } from './table-format.ts';
import { TableImage } from './table-image.ts';
import { type FieldMatch, loadGroup, matchFields } from './table-load.ts';
import type { FrozenTable, SliceSpec } from './table-spec.ts';

const POOL_TABLES = 8;

export class SlicedTable {
  readonly spec: SliceSpec;
  readonly #options: TableOptions;
  readonly #slices = new Map<number, KeyedTable>();
  #pool: KeyedTable[] = [];

  constructor(spec: SliceSpec, options: TableOptions) {
    this.spec = spec;
    this.#options = options;
  }

  /** Ends of the slices that exist, ascending, ms. */
  ends(): number[] {
    return [...this.#slices.keys()].sort((a, b) => a - b);
  }

  find(end: number): KeyedTable | null {
    return this.#slices.get(end) ?? null;
  }

  /** The slice's table, created when missing. A table keeps its identity (and compiled lookups) when it serves another slice later. */
  slice(end: number): KeyedTable {
    let table = this.#slices.get(end);
    if (table === undefined) {
      table = this.#pool.pop() ?? this.createLoose();
      this.#slices.set(end, table);
    }
    return table;
  }

  drop(end: number): void {
    const table = this.#slices.get(end);
    if (table === undefined) return;
    this.#slices.delete(end);
    if (!table.hasKeepers && this.#pool.length < POOL_TABLES) {
      table.clear();
      this.#pool.push(table);
    } else table.dispose();
  }

  /** A table of the same shape that is no part of the state: for merging slices at a fire. */
  createLoose(): KeyedTable {
    return new KeyedTable({ ...this.spec, subKey: this.spec.subKey ?? [], ttlMs: 0 }, this.#options);
  }

  get byteSize(): number {
    let bytes = 0;
    for (const table of [...this.#slices.values(), ...this.#pool]) bytes += table.byteSize;
    return bytes;
  }

  get records(): number {
    let records = 0;
    for (const table of this.#slices.values()) records += table.records;
    return records;
  }

  freeze(): FrozenTable {
    const images = this.ends().map((end) => ({ end, image: new TableImage(this.#slices.get(end) as KeyedTable) }));
    const groups = [...new Set(images.flatMap(({ image }) => image.groups))].sort((a, b) => a - b);
    return {
      name: this.spec.name,
      formatVersion: TABLE_FORMAT_VERSION,
      layout: { ...layoutOf({ ...this.spec, subKey: this.spec.subKey ?? [], ttlMs: 0 }), isSliced: true },
      groups,
      serialize(group) {
        const held = images.filter(({ image }) => image.groups.includes(group));
        const writer = new ByteWriter();
        writer.i32(held.length);
        let records = 0;
        for (const { end, image } of held) {
          const part = image.serialize(group);
          writer.f64(end);
          writer.sized(part.bytes);
          records += part.records;
        }
        return { bytes: writer.finish(), records };
      },
      release() {
        for (const { image } of images) image.release();
      },
    };
  }

  /** Returns how fields were matched. */
  load(layout: TableLayout, bytes: Uint8Array): FieldMatch {
    const loose = this.#pool.pop() ?? this.createLoose();
    const match = matchFields(layout, loose);
    this.#pool.push(loose);
    const reader = new ByteReader(bytes);
    const count = reader.i32();
    for (let i = 0; i < count; i++) {
      const end = reader.f64();
      loadGroup(this.slice(end), layout, match, reader.sized());
    }
    return match;
  }
}
