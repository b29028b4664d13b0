/** Format `json`. */
import type { Format } from '../contract.ts';
import { JsonDecoder } from './decoder.ts';
import { describeJson } from './describe.ts';
import { JsonEncoder } from './encoder.ts';
import { JSON_RULES, readJsonOptions } from './options.ts';

export const jsonFormat: Format = {
  name: 'json',
  describe: describeJson,
  createDecoder: (options, _physical, reads) => new JsonDecoder(reads, readJsonOptions('json', options, JSON_RULES).json),
  createEncoder: (options, schema) => new JsonEncoder(schema, readJsonOptions('json', options, JSON_RULES).json),
};
