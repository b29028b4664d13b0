/** Interim: description only. */
import type { Format } from '../contract.ts';
import { describeRaw } from './options.ts';

export const rawFormat: Format = {
  name: 'raw',
  describe: describeRaw,
  createDecoder: () => {
    throw new Error('The decoder of raw is not built yet.');
  },
  createEncoder: () => {
    throw new Error('The encoder of raw is not built yet.');
  },
};
