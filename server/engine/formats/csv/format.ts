/** Interim: description only. */
import type { Format } from '../contract.ts';
import { describeCsv } from './describe.ts';

export const csvFormat: Format = {
  name: 'csv',
  describe: describeCsv,
  createDecoder: () => {
    throw new Error('The decoder of csv is not built yet.');
  },
  createEncoder: () => {
    throw new Error('The encoder of csv is not built yet.');
  },
};
