/** All connectors by name; adding one is a line. */
import { blackholeConnector } from './blackhole/connector.ts';
import { collectConnector } from './collect/connector.ts';
import type { Connector } from './contract.ts';
import { datagenConnector } from './datagen/connector.ts';
import { filesystemConnector } from './filesystem/connector.ts';
import { jdbcConnector } from './jdbc/connector.ts';
import { kafkaConnector, upsertKafkaConnector } from './kafka/connector.ts';
import { printConnector } from './print/connector.ts';

const CONNECTORS: readonly Connector[] = [
  filesystemConnector,
  kafkaConnector,
  upsertKafkaConnector,
  jdbcConnector,
  datagenConnector,
  printConnector,
  blackholeConnector,
  collectConnector,
];

/** Names a CREATE TABLE may use, for messages; `collect` belongs to the planner. */
export const CONNECTOR_NAMES: readonly string[] = CONNECTORS.map((connector) => connector.name).filter((name) => name !== 'collect');

export function connectorOf(name: string): Connector | null {
  return CONNECTORS.find((connector) => connector.name === name) ?? null;
}
