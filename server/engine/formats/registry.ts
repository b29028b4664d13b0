/** All formats by name. */
import { cdcFormat } from './cdc/format.ts';
import type { Format } from './contract.ts';
import { csvFormat } from './csv/format.ts';
import { jsonFormat } from './json/format.ts';
import { rawFormat } from './raw/format.ts';

const FORMATS: readonly Format[] = [
  jsonFormat,
  csvFormat,
  rawFormat,
  cdcFormat('debezium-json'),
  cdcFormat('canal-json'),
  cdcFormat('maxwell-json'),
  cdcFormat('ogg-json'),
];

export const FORMAT_NAMES: readonly string[] = FORMATS.map((format) => format.name);

export function formatOf(name: string): Format | null {
  return FORMATS.find((format) => format.name === name) ?? null;
}
