/**
 * The filesystem source of one subtask. A split is a file; its position is the offset behind the last line handed out, and the
 * number of lines before it. The length of a file is fixed when it is found: what is appended later is not read.
 *
 * Bounded: files are listed once; the snapshot holds all of them, and a restored run reads what is left of those, no others. They are
 * shared out by their place in the sorted list. With a monitor interval: new files are found again and again, shared out by a hash
 * of their path; files in the snapshot are never read twice.
 * The next chunk is read while the rows of this one are decoded; lines are decoded in place.
 */

import { BatchFullError, type Decoder } from '../../formats/contract.ts';
import { DataError } from '../../functions/contract.ts';
import { BATCH_ROWS_MAX, type Batch, type Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { ConnectorError, type PollResult, type RuntimeContext, type SourceReader, type SplitPosition } from '../contract.ts';
import { type ConstantRead, constantColumn } from './constant-columns.ts';
import type { FileAccess, FileEntry } from './file-access.ts';

const CHUNK_BYTES = 2 * 1024 * 1024;
const RECORD_BYTES_MAX = 256 * 1024 * 1024;
/** A batch ends after this many bytes of records, however few rows they are: memory follows it. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

export interface FileReaderSpec {
  readonly files: FileAccess;
  readonly decoder: Decoder;
  readonly builder: BatchBuilder;
  /** For each output column: the decoder's column, or a constant of the file. */
  readonly output: readonly (number | ConstantRead)[];
  /** null = bounded. */
  readonly monitorIntervalMs: number | null;
  /** Only paths that match are read. */
  readonly pathPattern: RegExp | null;
  readonly defaultPartition: string;
}

interface FileSplit {
  readonly file: FileEntry;
  offset: number;
  lines: number;
}

export class FileReader implements SourceReader {
  readonly #spec: FileReaderSpec;
  readonly #context: RuntimeContext;
  readonly #splits = new Map<string, FileSplit>();
  readonly #pending: FileSplit[] = [];
  #current: FileSplit | null = null;
  #constants: readonly Column[] = [];
  /** Unread bytes are #chunk[#at, #chunk.length). */
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** File offset behind the chunk, and the read of what follows. */
  #fetched = 0;
  #next: Promise<Uint8Array> | null = null;
  #nextListMs = 0;
  /** Bytes of records in the batch under way. */
  #batchBytes = 0;

  constructor(spec: FileReaderSpec, context: RuntimeContext) {
    this.#spec = spec;
    this.#context = context;
  }

  async open(restored: readonly SplitPosition[] | null): Promise<void> {
    const listed = restored === null || this.#spec.monitorIntervalMs !== null ? await this.#list() : [];
    if (restored === null) {
      listed.forEach((file, index) => {
        if (this.#isOwn(file.path, index)) this.#add({ file, offset: 0, lines: 0 });
      });
      return;
    }
    const positions = restored.toSorted((a, b) => (a.split < b.split ? -1 : 1));
    positions.forEach((position, index) => {
      if (this.#isOwn(position.split, index)) this.#add(restoredSplit(position));
    });
    const known = new Set(restored.map((position) => position.split));
    for (const file of listed) if (!known.has(file.path) && this.#isOwn(file.path, 0)) this.#add({ file, offset: 0, lines: 0 });
  }

  async poll(rowsMax: number): Promise<PollResult> {
    const { builder } = this.#spec;
    builder.reset();
    this.#batchBytes = 0;
    const limit = Math.min(rowsMax, BATCH_ROWS_MAX, builder.capacity);
    for (;;) {
      if (!this.#current) {
        if (!(await this.#openNext())) {
          if (this.#spec.monitorIntervalMs === null) return { kind: 'end' };
          const waitMs = await this.#discover();
          if (waitMs > 0) return { kind: 'idle', waitMs };
          continue;
        }
      }
      const isDone = await this.#fill(limit);
      const batch = builder.rows > 0 ? this.#outputBatch() : null;
      if (isDone) await this.#closeCurrent();
      if (batch) return { kind: 'batch', batch };
      if (!isDone) return { kind: 'idle', waitMs: 0 }; // a long stretch of skipped records: the task may see to a barrier
    }
  }

  positions(): readonly SplitPosition[] {
    return [...this.#splits.values()].map(({ file, offset, lines }) => ({
      split: file.path,
      position: { offset, lines, size: file.size, modified: file.modifiedMs, relative: file.relative },
    }));
  }

  async close(): Promise<void> {
    if (this.#current) await this.#closeCurrent();
  }

  async #list(): Promise<readonly FileEntry[]> {
    this.#nextListMs = this.#context.clock.monotonicMs() + (this.#spec.monitorIntervalMs ?? 0);
    const { pathPattern } = this.#spec;
    const files = await this.#spec.files.list();
    return pathPattern === null ? files : files.filter((file) => pathPattern.test(file.path));
  }

  /** Adds files that came; ms to wait when there is none. */
  async #discover(): Promise<number> {
    const waitMs = this.#nextListMs - this.#context.clock.monotonicMs();
    if (waitMs > 0) return waitMs;
    const before = this.#pending.length;
    for (const file of await this.#list())
      if (!this.#splits.has(file.path) && this.#isOwn(file.path, 0)) this.#add({ file, offset: 0, lines: 0 });
    return this.#pending.length > before ? 0 : Math.max(1, this.#nextListMs - this.#context.clock.monotonicMs());
  }

  #isOwn(path: string, index: number): boolean {
    const { subtask, parallelism } = this.#context;
    return (this.#spec.monitorIntervalMs === null ? index : hashOf(path)) % parallelism === subtask;
  }

  #add(split: FileSplit): void {
    this.#splits.set(split.file.path, split);
    if (split.offset < split.file.size) this.#pending.push(split);
  }

  async #openNext(): Promise<boolean> {
    const split = this.#pending.shift();
    if (!split) return false;
    this.#current = split;
    this.#constants = this.#spec.output.flatMap((source) =>
      typeof source === 'number' ? [] : [constantColumn(source, split.file, this.#spec.defaultPartition)],
    );
    this.#chunk = new Uint8Array(0);
    this.#at = 0;
    this.#fetched = split.offset;
    this.#prefetch(split);
    return true;
  }

  #prefetch(split: FileSplit): void {
    const length = Math.min(CHUNK_BYTES, split.file.size - this.#fetched);
    if (length <= 0) {
      this.#next = null;
      return;
    }
    this.#next = this.#spec.files.read(split.file.path, this.#fetched, length);
    this.#next.catch(() => {}); // told by the await in #refill
  }

  /** Decodes lines until the batch is full (false) or the file ends (true). */
  async #fill(limit: number): Promise<boolean> {
    const split = this.#current as FileSplit;
    for (;;) {
      if (this.#decodeLines(split, limit, false)) return false;
      if (!(await this.#refill(split))) return !this.#decodeLines(split, limit, true);
    }
  }

  /** Puts the next bytes behind what is left of the chunk; false at the end of the file. */
  async #refill(split: FileSplit): Promise<boolean> {
    if (!this.#next) return false;
    const read = await this.#next;
    if (read.length === 0) {
      throw new ConnectorError(`File ${split.file.path} became shorter while it was read: ${split.file.size} bytes were there.`, false);
    }
    this.#fetched += read.length;
    const left = this.#chunk.length - this.#at;
    if (left > RECORD_BYTES_MAX) {
      throw new DataError(`File ${split.file.path}, line ${split.lines + 1}: the record is longer than ${RECORD_BYTES_MAX} bytes.`);
    }
    if (left === 0) this.#chunk = read;
    else {
      const joined = new Uint8Array(left + read.length);
      joined.set(this.#chunk.subarray(this.#at));
      joined.set(read, left);
      this.#chunk = joined;
    }
    this.#at = 0;
    this.#prefetch(split);
    return true;
  }

  /** True when the batch is full; false when all whole records of the chunk (`isLast`: all bytes) are decoded. */
  #decodeLines(split: FileSplit, limit: number, isLast: boolean): boolean {
    const { decoder, builder } = this.#spec;
    const data = this.#chunk;
    const end = data.length;
    let at = this.#at;
    let isFull = false;
    while (at < end) {
      if (builder.rows >= limit || this.#batchBytes >= BATCH_BYTES_MAX) {
        isFull = true;
        break;
      }
      let stop = decoder.recordEnd ? decoder.recordEnd(data, at, end) : data.indexOf(NEWLINE, at);
      if (stop < 0) {
        if (!isLast) break;
        stop = end;
      }
      try {
        decoder.decode(data, at, stop > at && data[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop, builder);
      } catch (error) {
        if (error instanceof BatchFullError) {
          isFull = true;
          break;
        }
        if (!(error instanceof DataError)) throw error;
        throw new DataError(`File ${split.file.path}, line ${split.lines + 1}: ${error.message}`, { cause: error });
      }
      const next = Math.min(stop + 1, end);
      split.offset += next - at;
      this.#batchBytes += next - at;
      split.lines++;
      at = next;
    }
    this.#at = at;
    return isFull;
  }

  #outputBatch(): Batch {
    const batch = this.#spec.builder.finish();
    let constant = 0;
    const columns = this.#spec.output.map(
      (source) => (typeof source === 'number' ? batch.columns[source] : this.#constants[constant++]) as Column,
    );
    return { ...batch, columns };
  }

  async #closeCurrent(): Promise<void> {
    const split = this.#current as FileSplit;
    const ahead = this.#next;
    this.#current = null;
    this.#next = null;
    // A read ahead that is still opening the file would leave it open.
    await ahead?.catch(() => {});
    await this.#spec.files.release(split.file.path);
  }
}

function restoredSplit({ split, position }: SplitPosition): FileSplit {
  const relative = typeof position.relative === 'string' ? position.relative : split.slice(split.lastIndexOf('/') + 1);
  return {
    file: { path: split, relative, size: Number(position.size ?? 0), modifiedMs: Number(position.modified ?? 0) },
    offset: Number(position.offset ?? 0),
    lines: Number(position.lines ?? 0),
  };
}

/** FNV-1a over UTF-16 units: stable for ever, since it decides who reads a file. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
