/** Whether the user may do what a table is used for, asked before anything runs. Rights on single columns count: which are needed shows at the run. */
import { ConnectorError } from '../contract.ts';
import type { Session } from './connection.ts';

export type TableUse = 'read' | 'append' | 'upsert';

/** INSERT … ON CONFLICT reads the key. Deletes come with some queries only, so they are not asked for. */
const RIGHTS: Readonly<Record<TableUse, readonly string[]>> = {
  read: ['SELECT'],
  append: ['INSERT'],
  upsert: ['SELECT', 'INSERT', 'UPDATE'],
};

/** `sqlName`: quoted, with its schema. Throws ConnectorError. */
export async function assertRights(session: Session, sqlName: string, tableName: string, use: TableUse): Promise<void> {
  const wanted = RIGHTS[use];
  const [row] = await session.query(
    `SELECT current_user::text, ${wanted.map((right) => `has_any_column_privilege($1::text, '${right}')`).join(', ')}`,
    [sqlName],
  );
  const [user, ...held] = row ?? [];
  const missing = wanted.filter((_, index) => held[index] !== 't');
  if (missing.length === 0) return;
  const rights = missing.join(', ');
  throw new ConnectorError(
    `User '${user}' has no right to ${rights} on table '${tableName}'; GRANT ${rights} ON ${sqlName} to that user, or name another one in 'username'.`,
    false,
  );
}
