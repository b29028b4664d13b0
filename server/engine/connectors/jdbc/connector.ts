/** `jdbc`: tables of PostgreSQL, as bounded source and as sink. */
import { INSERT_ONLY } from '../../formats/changelog-kinds.ts';
import type { ChangelogMode, PlanTable } from '../../planner/physical-plan.ts';
import type { Connector, OptionProblem, RuntimeContext, TableFacts } from '../contract.ts';
import { databaseError, openSession } from './connection.ts';
import { readJdbcTable } from './options.ts';
import { JdbcReader } from './reader.ts';
import { describeRemote } from './remote-table.ts';
import { assertRights } from './table-rights.ts';
import { assertUpsertable, JdbcWriter } from './writer.ts';

const UPSERTS: ChangelogMode = { insert: true, updateBefore: false, updateAfter: true, delete: true };

export const jdbcConnector: Connector = {
  name: 'jdbc',
  describe: describeJdbc,
  createReader: (plan, reads, context) => new JdbcReader(plan, readJdbcTable(plan).table, reads, context),
  createWriter: (plan, schema, context) => new JdbcWriter(plan, readJdbcTable(plan).table, schema, context),
  probe,
};

function describeJdbc(plan: PlanTable): TableFacts {
  const { problems, warnings, table } = readJdbcTable(plan);
  const isKeyed = plan.primaryKey.length > 0;
  return {
    problems,
    warnings,
    sourceChangelog: INSERT_ONLY,
    sinkChangelog: isKeyed ? UPSERTS : INSERT_ONLY,
    isBounded: true,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: isKeyed
      ? { guarantee: 'idempotent', why: '' }
      : {
          guarantee: 'at-least-once',
          why: `Table ${plan.name} has no PRIMARY KEY: rows written since the last checkpoint are appended again after a restart.`,
        },
    summary: `PostgreSQL · ${table.url.database === '' ? '' : `${table.url.database}.`}${table.tableName}`,
  };
}

async function probe(plan: PlanTable, role: 'source' | 'sink', context: RuntimeContext, deadlineMs: number): Promise<OptionProblem | null> {
  const { table } = readJdbcTable(plan);
  try {
    const session = await openSession({ ...table, connectTimeoutMs: Math.min(table.connectTimeoutMs, deadlineMs) }, context.dialer);
    try {
      const remote = await describeRemote(plan, table.tableName, session, role);
      if (role === 'sink') assertUpsertable(plan, remote, table.tableName);
      const use = role === 'source' ? 'read' : plan.primaryKey.length > 0 ? 'upsert' : 'append';
      await assertRights(session, remote.sqlName, table.tableName, use);
    } finally {
      await session.close();
    }
    return null;
  } catch (error) {
    const { message, isRetryable } = databaseError(error, `Table '${table.tableName}' cannot be used`);
    return { option: null, message, isUnreachable: isRetryable };
  }
}
