/** `kafka` and `upsert-kafka`: what a script is checked with; everything that talks to brokers is loaded when it is needed (connections.ts). */
import type { Connector } from '../contract.ts';
import { lateReader, lateWriter } from '../late-connection.ts';
import { describeKafka } from './describe.ts';

const loadConnections = () => import('./connections.ts');

export const kafkaConnector: Connector = kafkaConnectorNamed('kafka');
export const upsertKafkaConnector: Connector = kafkaConnectorNamed('upsert-kafka');

function kafkaConnectorNamed(name: 'kafka' | 'upsert-kafka'): Connector {
  return {
    name,
    describe: describeKafka,
    createReader: (table, reads, context) => lateReader(async () => (await loadConnections()).createReader(table, reads, context)),
    createWriter: (table, schema, context) => lateWriter(async () => (await loadConnections()).createWriter(table, schema, context)),
    availability: async (table, context, deadlineMs) => (await loadConnections()).availability(table, context, deadlineMs),
    probe: async (table, role, context, deadlineMs) => (await loadConnections()).probe(table, role, context, deadlineMs),
  };
}
