/** Interim: description only. */
import type { Format } from '../contract.ts';
import { type CdcName, describeCdc } from './facts.ts';

export function cdcFormat(name: CdcName): Format {
  return {
    name,
    describe: (options, schema) => describeCdc(name, options, schema),
    createDecoder: () => {
      throw new Error(`The decoder of ${name} is not built yet.`);
    },
    createEncoder: () => {
      throw new Error(`The encoder of ${name} is not built yet.`);
    },
  };
}
