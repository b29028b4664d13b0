/** `print`: rows as lines of text. */
import type { Connector } from '../contract.ts';
import { describePrint } from './describe.ts';

export const printConnector: Connector = { name: 'print', describe: describePrint };
