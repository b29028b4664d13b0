/** Format `csv`. */
import type { Format } from '../contract.ts';
import { CsvDecoder } from './decoder.ts';
import { describeCsv } from './describe.ts';
import { CsvEncoder } from './encoder.ts';
import { readCsvOptions } from './options.ts';

export const csvFormat: Format = {
  name: 'csv',
  describe: describeCsv,
  createDecoder: (options, physical, reads) => new CsvDecoder(physical, reads, readCsvOptions(options).csv),
  createEncoder: (options, schema) => new CsvEncoder(schema, readCsvOptions(options).csv),
};
