/** Interim: description only. */
import type { Format } from '../contract.ts';
import { describeJson } from './describe.ts';

export const jsonFormat: Format = {
  name: 'json',
  describe: describeJson,
  createDecoder: () => {
    throw new Error('The decoder of json is not built yet.');
  },
  createEncoder: () => {
    throw new Error('The encoder of json is not built yet.');
  },
};
