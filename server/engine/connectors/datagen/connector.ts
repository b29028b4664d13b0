/** `datagen`: a source of made-up rows. */
import type { Connector } from '../contract.ts';
import { describeDatagen } from './describe.ts';

export const datagenConnector: Connector = { name: 'datagen', describe: describeDatagen };
