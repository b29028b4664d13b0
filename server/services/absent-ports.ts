/** Ports of a console that runs without a supervisor (a development server by itself): everything that needs one says so. */
import { Refusal } from '../contract/errors.ts';
import type { PreviewPort, SupervisorPort } from './ports.ts';

const refuse = async (): Promise<never> => {
  throw new Refusal('not-ready', 'The supervisor does not run. Nothing was changed. Start the console with npm start.');
};

export const absentSupervisor: SupervisorPort = { wake: () => {}, subscribe: () => () => {}, isConnected: () => false };

export const absentPreviews: PreviewPort = {
  previewStart: refuse,
  previewStop: refuse,
  previewImport: refuse,
  exposure: refuse,
  snapshotOperators: refuse,
  browse: refuse,
};
