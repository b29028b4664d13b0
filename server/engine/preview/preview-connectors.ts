/**
 * Connectors as a preview sees them: every sink is off (only the preview's own takes rows, none can be made), sources never hear of a
 * completed checkpoint (so no position is committed anywhere), and with sample data they are replaced altogether. The object store can be read only.
 */
import type { ObjectStore } from '../../storage/contract.ts';
import { StoreError } from '../../storage/contract.ts';
import type { Connector, SinkWriter, SourceReader } from '../connectors/contract.ts';
import type { ChangeKind } from '../types/batch.ts';
import { formatExternal } from '../types/format-value.ts';
import { forEachLiveRow, kindAt, rowAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { PreviewRow, PreviewSpec } from './preview-wire.ts';
import { createGivenRowsReader, createMadeUpReader } from './sample-reader.ts';

type ConnectorOf = (name: string) => Connector | null;

export function previewConnectors(
  connectorOf: ConnectorOf,
  spec: Pick<PreviewSpec, 'source' | 'samples'>,
  take: (row: PreviewRow) => void,
): ConnectorOf {
  return (name) => {
    const connector = connectorOf(name);
    if (!connector) return null;
    if (name === 'collect') return { ...connector, createWriter: (_table, schema) => createRowTaker(schema, take) };
    const { createReader } = connector;
    return {
      ...connector,
      describe: (table) => {
        const facts = connector.describe(table);
        return spec.source === 'sample' ? { ...facts, hasSplitWatermarks: false, problems: [], localFileProblems: [] } : facts;
      },
      createWriter: (table) => {
        throw new Error(`a preview writes nothing, yet a writer of ${table.name} was asked for`);
      },
      ...(createReader
        ? {
            createReader: (table, reads, context) => {
              const rows = spec.samples[table.name];
              // A datagen table makes its rows up already, and as its author wants them.
              const isLive = spec.source === 'live' || (name === 'datagen' && !rows);
              if (isLive) return withoutCompletion(createReader.call(connector, table, reads, context));
              return rows
                ? createGivenRowsReader(table, reads, rows, context)
                : createMadeUpReader(connectorOf('datagen'), table, reads, context);
            },
          }
        : {}),
    };
  };
}

/** All of a reader but the one call by which it would note positions outside. */
function withoutCompletion(reader: SourceReader): SourceReader {
  const lag = reader.lag?.bind(reader);
  return {
    open: (restored) => reader.open(restored),
    poll: (rowsMax) => reader.poll(rowsMax),
    positions: () => reader.positions(),
    ...(lag ? { lag } : {}),
    close: () => reader.close(),
  };
}

/** Kind and values of each row, one text a value, in the print sink's form. */
function createRowTaker(schema: RowSchema, take: (row: PreviewRow) => void): SinkWriter {
  return {
    open: () => Promise.resolve(),
    write(batch) {
      forEachLiveRow(batch, (row) => {
        const values = rowAt(batch, row, schema).map((value, index) => {
          const type = schema[index]?.type;
          return value === null || type === undefined ? null : formatExternal(value, type);
        });
        take({ kind: KINDS[kindAt(batch, row) as ChangeKind], values });
      });
    },
    ready: () => null,
    prepare: () => Promise.resolve([]),
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const KINDS = ['+I', '-U', '+U', '-D'] as const;

export function readOnlyStore(store: ObjectStore): ObjectStore {
  const refuse = async (): Promise<never> => {
    throw new StoreError('denied', 'A preview writes nothing.');
  };
  return {
    description: store.description,
    hasConditionalCreate: false,
    get: (ref, range) => store.get(ref, range),
    head: (ref) => store.head(ref),
    list: (bucket, prefix, options) => store.list(bucket, prefix, options),
    listBuckets: () => store.listBuckets(),
    // Made where it is missing by a local store: a preview finds it empty instead.
    ensureBucket: async () => {},
    put: refuse,
    putIfAbsent: refuse,
    delete: refuse,
    startMultipart: refuse,
    putPart: refuse,
    completeMultipart: refuse,
    listMultipart: async () => [],
    abortMultipart: refuse,
  };
}
