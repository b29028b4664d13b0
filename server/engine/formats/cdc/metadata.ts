/** Metadata columns of the change formats: where each key lies in the envelope, and how it is read. */
import type { SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import { MapValue } from '../../types/value.ts';
import { type JsonNode, JsonReader, nodeToJson } from '../json/json-node.ts';
import { type ConversionOptions, nodeToValue } from '../json/node-to-value.ts';
import type { Envelope } from './changes.ts';
import { fieldRanges, isNullRange, type Range } from './envelope.ts';
import { CDC_METADATA, type CdcName } from './facts.ts';

const PATHS: Readonly<Record<CdcName, Readonly<Record<string, readonly string[]>>>> = {
  'debezium-json': {
    schema: ['schema'],
    'ingestion-timestamp': ['ts_ms'],
    'source.timestamp': ['source', 'ts_ms'],
    'source.database': ['source', 'db'],
    'source.schema': ['source', 'schema'],
    'source.table': ['source', 'table'],
    'source.properties': ['source'],
  },
  'canal-json': {
    database: ['database'],
    table: ['table'],
    'sql-type': ['sqlType'],
    'pk-names': ['pkNames'],
    'ingestion-timestamp': ['ts'],
    'event-timestamp': ['es'],
  },
  'maxwell-json': {
    database: ['database'],
    table: ['table'],
    'primary-key-columns': ['primary_key_columns'],
    'ingestion-timestamp': ['ts'],
  },
  'ogg-json': {
    table: ['table'],
    'primary-keys': ['primary_keys'],
    'ingestion-timestamp': ['current_ts'],
    'event-timestamp': ['op_ts'],
  },
};

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };

/** Throws ConversionError when the field is there and is something else. */
export function metadataValue(name: CdcName, key: string, data: Uint8Array, envelope: Envelope, options: ConversionOptions): Value {
  const bare = key.startsWith('value.') ? key.slice('value.'.length) : key;
  const path = PATHS[name][bare];
  const declared = CDC_METADATA[name].find((entry) => entry.key === bare);
  if (!path || !declared) throw new Error(`${name} has no metadata '${key}'`);
  const lenient = { ...options, failOnMissingField: false };
  const node = nodeAt(data, bare === 'schema' ? envelope.outer : envelope.fields, path);
  if (node === null) return null;
  if (declared.type.kind === 'TIMESTAMP_LTZ') {
    if (name === 'ogg-json') return nodeToValue(node, { ...declared.type, kind: 'TIMESTAMP' }, bare, lenient);
    return nodeToValue(node, BIGINT, bare, lenient);
  }
  if (bare === 'schema') return nodeToJson(node);
  if (bare === 'source.properties' && node instanceof Map) {
    return new MapValue(
      [...node].map(([property, value]) => [
        property,
        nodeToValue(value, declared.type.kind === 'MAP' ? declared.type.value : BIGINT, property, lenient),
      ]),
    );
  }
  return nodeToValue(node, declared.type, bare, lenient);
}

function nodeAt(data: Uint8Array, fields: ReadonlyMap<string, Range>, path: readonly string[]): JsonNode {
  let at = fields;
  for (let i = 0; ; i++) {
    const range = at.get(path[i] as string);
    if (isNullRange(data, range)) return null;
    const { start, end } = range as Range;
    if (i === path.length - 1) return new JsonReader(data, start, end).readWhole();
    const inner = fieldRanges(data, start, end);
    if (inner === null) return null;
    at = inner;
  }
}
