/** Readers and writers whose code is loaded when they are opened: a client library costs every job its loading, used or not. */
import type { SinkWriter, SourceReader } from './contract.ts';

/** `load` makes the reader, which is not yet open. */
export function lateReader(load: () => Promise<SourceReader>): SourceReader {
  let reader: SourceReader | null = null;
  const opened = () => {
    if (!reader) throw new Error('a reader is used before it was opened');
    return reader;
  };
  return {
    async open(restored) {
      reader = await load();
      await reader.open(restored);
    },
    poll: (rowsMax) => opened().poll(rowsMax),
    positions: () => opened().positions(),
    onCheckpointComplete: async (positions) => opened().onCheckpointComplete?.(positions),
    lag: () => reader?.lag?.() ?? null,
    close: async () => reader?.close(),
  };
}

/** `load` makes the writer, which is not yet open. */
export function lateWriter(load: () => Promise<SinkWriter>): SinkWriter {
  let writer: SinkWriter | null = null;
  const opened = () => {
    if (!writer) throw new Error('a writer is used before it was opened');
    return writer;
  };
  return {
    async open() {
      writer = await load();
      await writer.open();
    },
    write: (batch) => opened().write(batch),
    ready: () => opened().ready(),
    prepare: (epoch) => opened().prepare(epoch),
    commit: (committables) => opened().commit(committables),
    close: async () => writer?.close(),
  };
}
