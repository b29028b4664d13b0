/** Sentences of the server: their templates stand in the contract, where the server takes its English from too. */
import { SAID } from '../../../server/contract/said.ts';

export const said = SAID;
