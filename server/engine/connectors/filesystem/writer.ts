/**
 * The filesystem sink of one subtask. Rows are encoded at once into the buffer of their partition's part; full buffers are written
 * in order behind the caller. A part is closed when it has its size and at every `prepare`, so a committed part never changes.
 * Names are unique to the writer, the part and the attempt: nothing is ever overwritten. Parts that no `prepare` has handed out are taken away
 * at `close`. What a killed attempt left hidden bears in its name the sink it belongs to and the attempt's generation, `part-<owner>-g<generation>-…`;
 * a later attempt takes it away when it is fenced off for good, unless a snapshot that is kept may still commit it.
 */
import { randomUUID } from 'node:crypto';
import { GrowingBuffer } from '../../formats/byte-sink.ts';
import type { Encoder } from '../../formats/contract.ts';
import type { Batch, Column } from '../../types/batch.ts';
import { castToText } from '../../types/format-value.ts';
import { forEachLiveRow, valueAt } from '../../types/row-access.ts';
import type { SqlType } from '../../types/sql-type.ts';
import type { Committable, RuntimeContext, SinkWriter } from '../contract.ts';
import { commitParts, type FilePart, type PartStore, partKey } from './file-parts.ts';
import { partitionFolder } from './partition-path.ts';

const BUFFER_BYTES = 256 * 1024;
/** Bytes handed to the disk or bucket and not yet taken: above it the job waits. */
const UNWRITTEN_BYTES_MAX = 16 * 1024 * 1024;
/** Open parts (partitions written to at the same time): each holds a buffer and a file or an upload. The one open longest is closed beyond it. */
const OPEN_PARTS_MAX = 128;
const BUFFER_BYTES_FIRST = 4096;
const NEWLINE = 10;
const OWNED = /^part-([0-9a-f]+)-g(\d+)-/;

export interface FileWriterSpec {
  readonly parts: PartStore;
  readonly encoder: Encoder;
  /** Columns of the batch that the encoder sees, in its order. */
  readonly columns: readonly number[];
  readonly partitions: readonly { readonly name: string; readonly column: number; readonly type: SqlType }[];
  readonly defaultPartition: string;
  readonly partBytesMax: number;
}

interface OpenPart {
  readonly part: FilePart;
  readonly buffer: GrowingBuffer;
  bytes: number;
}

export class FileWriter implements SinkWriter {
  readonly #spec: FileWriterSpec;
  readonly #context: RuntimeContext;
  readonly #names: string;
  readonly #open = new Map<string, OpenPart>();
  /** Parts closed since the last prepare. No snapshot names them, nor the open ones. */
  #closed: FilePart[] = [];
  #finished: Promise<Committable>[] = [];
  #count = 0;
  #tail: Promise<void> = Promise.resolve();
  #unwritten = 0;
  #failure: unknown = null;

  constructor(spec: FileWriterSpec, context: RuntimeContext) {
    this.#spec = spec;
    this.#context = context;
    const { owner } = context;
    const attempt = owner ? `${owner.id}-g${owner.generation}` : context.attempt.replace(/[^A-Za-z0-9-]/g, '-');
    this.#names = `part-${attempt}-${randomUUID().slice(0, 8)}-${context.subtask}`;
  }

  async open(): Promise<void> {}

  write(batch: Batch): void {
    const { encoder, columns } = this.#spec;
    const view: Batch = { ...batch, columns: columns.map((index) => batch.columns[index] as Column) };
    const isPartitioned = this.#spec.partitions.length > 0;
    let target = isPartitioned ? null : this.#partOf('');
    forEachLiveRow(batch, (row) => {
      if (isPartitioned) target = this.#partOf(this.#folderOf(batch, row));
      const { buffer } = target as OpenPart;
      encoder.encode(view, row, buffer);
      buffer.ensure(1);
      buffer.buffer[buffer.length++] = NEWLINE;
      if (buffer.length >= BUFFER_BYTES) {
        this.#flush(target as OpenPart);
        if (!isPartitioned) target = this.#partOf('');
      }
    });
  }

  ready(): Promise<void> | null {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#unwritten > UNWRITTEN_BYTES_MAX ? this.#settled() : null;
  }

  async prepare(): Promise<readonly Committable[]> {
    for (const folder of [...this.#open.keys()]) this.#finish(folder);
    await this.#settled();
    const committables = await Promise.all(this.#finished);
    this.#finished = [];
    this.#closed = [];
    return committables;
  }

  commit(committables: readonly Committable[]): Promise<void> {
    return commitParts(committables, this.#context.store, this.#context.allowLocalFiles !== false);
  }

  async removeAbandoned(belowGeneration: number, retained: () => Promise<readonly Committable[]>): Promise<number> {
    const { owner } = this.#context;
    if (!owner) return 0;
    const below = Math.min(belowGeneration, owner.generation);
    const isAbandoned = (name: string): boolean => {
      const match = OWNED.exec(name);
      return match?.[1] === owner.id && Number(match[2]) < below;
    };
    const found = await this.#spec.parts.abandoned(isAbandoned, this.#spec.partitions.length);
    if (found.length === 0) return 0;
    const needed = new Set((await retained()).map(partKey));
    const gone = found.filter(({ key }) => !needed.has(key));
    for (const part of gone) await part.remove();
    return gone.length;
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {});
    for (const part of [...this.#closed, ...Array.from(this.#open.values(), (open) => open.part)]) {
      await part
        .discard()
        .catch((error: Error) => this.#context.log('warn', `A part that no snapshot names could not be taken away: ${error.message}`));
    }
    this.#open.clear();
    this.#closed = [];
  }

  #folderOf(batch: Batch, row: number): string {
    const { partitions, defaultPartition } = this.#spec;
    return partitions
      .map(({ name, column, type }) => {
        const value = valueAt(batch.columns[column] as Column, row, type);
        const text = value === null ? null : typeof value === 'boolean' ? String(value) : castToText(value, type, this.#context);
        return partitionFolder(name, text, defaultPartition);
      })
      .join('/');
  }

  #partOf(folder: string): OpenPart {
    let open = this.#open.get(folder);
    if (!open) {
      if (this.#open.size >= OPEN_PARTS_MAX) this.#finish(this.#open.keys().next().value as string);
      open = {
        part: this.#spec.parts.create(folder, `${this.#names}-${this.#count++}`),
        buffer: new GrowingBuffer(BUFFER_BYTES_FIRST),
        bytes: 0,
      };
      this.#open.set(folder, open);
    }
    if (open.bytes >= this.#spec.partBytesMax) {
      this.#finish(folder);
      return this.#partOf(folder);
    }
    return open;
  }

  #flush(open: OpenPart): void {
    if (open.buffer.length === 0) return;
    const bytes = open.buffer.toBytes();
    open.buffer.length = 0;
    open.bytes += bytes.length;
    this.#unwritten += bytes.length;
    this.#enqueue(async () => {
      await open.part.append(bytes);
      this.#unwritten -= bytes.length;
    });
  }

  /** Closes the part of a folder; an empty one leaves nothing. */
  #finish(folder: string): void {
    const open = this.#open.get(folder) as OpenPart;
    this.#flush(open);
    this.#open.delete(folder);
    if (open.bytes === 0) return;
    this.#closed.push(open.part);
    let resolve: (committable: Committable) => void = () => {};
    this.#finished.push(new Promise((done) => (resolve = done)));
    this.#enqueue(async () => resolve(await open.part.finish()));
  }

  #enqueue(act: () => Promise<void>): void {
    this.#tail = this.#tail.then(async () => {
      if (this.#failure === null) await act();
    });
    this.#tail = this.#tail.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async #settled(): Promise<void> {
    await this.#tail;
    if (this.#failure !== null) throw this.#failure;
  }
}
