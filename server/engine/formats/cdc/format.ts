/** The change formats `debezium-json`, `canal-json`, `maxwell-json` and `ogg-json`: JSON rows in envelopes that say what happened to them. */
import type { Format } from '../contract.ts';
import { readJsonOptions } from '../json/options.ts';
import { CdcDecoder } from './decoder.ts';
import { CdcEncoder } from './encoder.ts';
import { CDC_RULES, type CdcName, describeCdc } from './facts.ts';

export function cdcFormat(name: CdcName): Format {
  return {
    name,
    describe: (options, schema) => describeCdc(name, options, schema),
    createDecoder: (options, _physical, reads) => new CdcDecoder(name, reads, readJsonOptions(name, options, CDC_RULES[name])),
    createEncoder: (options, schema) => new CdcEncoder(name, schema, readJsonOptions(name, options, CDC_RULES[name]).json),
  };
}
