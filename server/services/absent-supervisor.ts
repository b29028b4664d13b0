/** The supervisor of a console that runs without one (a development server by itself): operations wait in the database until there is one. */
import type { SupervisorPort } from './ports.ts';

export const absentSupervisor: SupervisorPort = { wake: () => {}, subscribe: () => () => {}, isConnected: () => false };
