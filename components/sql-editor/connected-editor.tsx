'use client';
/** The SQL editor of a job: it knows the names of the connections, for completion behind `'connection' =`, and global variables, behind `{{`. */
import { useQuery } from '@tanstack/react-query';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { SqlEditor, type SqlEditorProps } from './sql-editor.tsx';

const KIND_OF_CONNECTOR: Readonly<Record<string, string>> = {
  kafka: 'kafka',
  'upsert-kafka': 'kafka',
  jdbc: 'postgresql',
  filesystem: 'object-store',
};

export function ConnectedEditor(props: Omit<SqlEditorProps, 'connections' | 'variables'>) {
  const { data } = useQuery({ ...routeQuery('listConnections', keys.connections, {}), staleTime: 60_000 });
  const variables = useQuery({ ...routeQuery('listGlobalVariables', keys.variables, {}), staleTime: 60_000 });
  const values = () => Object.fromEntries((variables.data?.variables ?? []).map((one) => [one.name, one.value]));
  /** Those that fit the table's connector; all where it is not written yet. */
  const connections = (connector: string | null) =>
    (data?.connections ?? [])
      .filter((one) => connector === null || KIND_OF_CONNECTOR[connector] === one.config.kind)
      .map((one) => one.name);
  return <SqlEditor {...props} connections={connections} variables={values} />;
}
