/** `datagen`: a source of made-up rows. */
import type { Connector } from '../contract.ts';
import { describeDatagen, readDatagenTable } from './describe.ts';
import { DatagenReader } from './reader.ts';

export const datagenConnector: Connector = {
  name: 'datagen',
  describe: describeDatagen,
  createReader: (table, reads, context) => new DatagenReader(readDatagenTable(table).spec, table.physical, reads, context),
};
