/**
 * Tables that name a connection (`'connection' = 'orders-prod'`). The options that connectors see are the connection's and the table's together; the
 * plan keeps the table as it was written, so that neither plans nor snapshots hold an address's secrets. What a connection says, and all else that
 * decides where it connects and how it signs in, a table may not say: else its secret could be sent elsewhere.
 */
import type { Dialer } from '../../effects/dialer.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import type { Connector, OptionProblem, RuntimeContext, TableFacts } from '../connectors/contract.ts';
import type { PlanTable } from '../planner/physical-plan.ts';
import { openStore } from './open-store.ts';
import type { ConnectionFacts, ConnectionSet } from './wire.ts';

export const CONNECTION_OPTION = 'connection';

interface KindRule {
  readonly connectors: readonly string[];
  /** Option keys that are the connection's alone. */
  readonly reserved: RegExp;
}

const RULES: Readonly<Record<ConnectionFacts['kind'], KindRule>> = {
  kafka: {
    connectors: ['kafka', 'upsert-kafka'],
    reserved: /^(properties\.(bootstrap\.servers|security\.|sasl\.|ssl\.|client\.dns)|connector\.properties)/,
  },
  postgresql: { connectors: ['jdbc'], reserved: /^(url|driver|username|password|pwd_auth_name)$|^connection\./ },
  'object-store': { connectors: ['filesystem'], reserved: /^(fs\.|s3\.|obs\.)/ },
  flink: { connectors: [], reserved: /^$/ },
};

const WORDS: Readonly<Record<ConnectionFacts['kind'], string>> = {
  kafka: 'a Kafka cluster',
  postgresql: 'a PostgreSQL database',
  'object-store': 'an object store',
  flink: 'a Flink cluster',
};

/** `name`: of the connection in force. */
type Applied = { readonly table: PlanTable; readonly name: string | null; readonly problem: OptionProblem | null };

/** The table with the connection's options; unchanged when it names none. */
function apply(table: PlanTable, connections: ConnectionSet): Applied {
  const name = table.options[CONNECTION_OPTION];
  if (name === undefined) return { table, name: null, problem: null };
  const { [CONNECTION_OPTION]: _, ...own } = table.options;
  const bare = { ...table, options: own };
  const facts = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (!facts) return { table: bare, name: null, problem: { option: CONNECTION_OPTION, message: unknownConnection(name, connections) } };
  const rule = RULES[facts.kind];
  if (!rule.connectors.includes(table.connector)) {
    const message = `The connection '${name}' is ${WORDS[facts.kind]}; a table of connector '${table.connector}' cannot use it.`;
    return { table: bare, name: null, problem: { option: CONNECTION_OPTION, message } };
  }
  const taken = Object.keys(own).find((key) => rule.reserved.test(key) || Object.hasOwn(facts.options, key));
  const problem =
    taken === undefined ? null : { option: taken, message: `Option '${taken}' comes from the connection '${name}'; leave it out.` };
  return { table: { ...bare, options: { ...own, ...facts.options } }, name, problem };
}

function unknownConnection(name: string, connections: ConnectionSet): string {
  const names = Object.keys(connections).sort();
  const list = names.length === 0 ? 'there is none yet' : `there are ${names.slice(0, 20).join(', ')}`;
  return `There is no connection '${name}'; ${list}.`;
}

/** Object stores of the connections that are one, by name. */
export async function openConnectionStores(connections: ConnectionSet, dialer: Dialer): Promise<ReadonlyMap<string, ObjectStore>> {
  const stores = new Map<string, ObjectStore>();
  for (const [name, facts] of Object.entries(connections)) if (facts.store) stores.set(name, await openStore(facts.store, dialer));
  return stores;
}

/** `stores` is empty where nothing is read or written (planning). */
export function withConnections(
  connectorOf: (name: string) => Connector | null,
  connections: ConnectionSet,
  stores: ReadonlyMap<string, ObjectStore>,
): (name: string) => Connector | null {
  const contextOf = (applied: Applied, context: RuntimeContext): RuntimeContext => {
    const store = applied.name === null ? undefined : stores.get(applied.name);
    return store ? { ...context, store } : context;
  };
  const usable = (table: PlanTable): Applied => {
    const applied = apply(table, connections);
    if (applied.problem !== null) throw new Error(`Table ${table.name}: ${applied.problem.message}`);
    return applied;
  };
  return (name) => {
    const connector = connectorOf(name);
    return connector && connectedConnector(connector, connections, usable, contextOf);
  };
}

function connectedConnector(
  connector: Connector,
  connections: ConnectionSet,
  usable: (table: PlanTable) => Applied,
  contextOf: (applied: Applied, context: RuntimeContext) => RuntimeContext,
): Connector {
  const { createReader, createWriter, availability, probe } = connector;
  return {
    ...connector,
    describe: (table): TableFacts => {
      const { table: merged, problem } = apply(table, connections);
      const facts = connector.describe(merged);
      return problem === null ? facts : { ...facts, problems: [problem] };
    },
    ...(createReader && {
      createReader: (table, reads, context) => {
        const applied = usable(table);
        return createReader.call(connector, applied.table, reads, contextOf(applied, context));
      },
    }),
    ...(createWriter && {
      createWriter: (table, schema, context) => {
        const applied = usable(table);
        return createWriter.call(connector, applied.table, schema, contextOf(applied, context));
      },
    }),
    ...(availability && {
      availability: (table, context, deadlineMs) => {
        const applied = usable(table);
        return availability.call(connector, applied.table, contextOf(applied, context), deadlineMs);
      },
    }),
    ...(probe && {
      probe: (table, role, context, deadlineMs) => {
        const applied = usable(table);
        return probe.call(connector, applied.table, role, contextOf(applied, context), deadlineMs);
      },
    }),
  };
}
