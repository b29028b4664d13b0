/**
 * A job's script as the SQL Gateway is given it: settings, then the statements that declare tables, then all INSERTs as one job. In table options a
 * connection becomes what it stands for and a place in the object store the cluster's name for it; with a start time or offsets, Kafka tables
 * begin there. Statements are passed on as they are written otherwise: Flink judges them.
 */

import { startupAt } from '../../engine/runtime/start-position.ts';
import type { ConnectionSet, RunSpec, StoreSpec } from '../../engine/runtime/wire.ts';
import type { CreateTable, OptionEntry } from '../../engine/sql/ast.ts';
import { parseScript } from '../../engine/sql/parse-script.ts';
import { positionOf } from '../../engine/sql/problem.ts';
import { toFlinkUri } from './flink-paths.ts';
import { insideStatementSet, type ScriptPiece, splitScript, withoutComments } from './split-script.ts';

export interface PreparedScript {
  readonly kind: 'prepared';
  /** SET of the script, the last one of a key. */
  readonly settings: Readonly<Record<string, string>>;
  /** In order. `line` is where it begins in the job's script. */
  readonly declarations: readonly { readonly sql: string; readonly line: number }[];
  /** One INSERT, or a statement set of several. */
  readonly submission: string;
  readonly insertCount: number;
}

export type PreparedOutcome = PreparedScript | { readonly kind: 'refused'; readonly message: string };

export type ScriptFacts = Pick<RunSpec, 'sql' | 'startPosition'> & { readonly connections: ConnectionSet; readonly store: StoreSpec };

class Refused extends Error {}

export function prepareScript(facts: ScriptFacts): PreparedOutcome {
  const settings = new Map<string, string>();
  const declarations: { sql: string; line: number }[] = [];
  const inserts: string[] = [];
  try {
    for (const piece of splitScript(facts.sql)) take(facts, piece, settings, declarations, inserts);
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', message: error.message };
    throw error;
  }
  if (inserts.length === 0) return { kind: 'refused', message: 'The script has no INSERT: there is nothing to run.' };
  const [first] = inserts as [string];
  const submission = inserts.length === 1 ? first : `EXECUTE STATEMENT SET BEGIN\n${inserts.map((one) => `${one};`).join('\n')}\nEND`;
  return { kind: 'prepared', settings: Object.fromEntries(settings), declarations, submission, insertCount: inserts.length };
}

function take(
  facts: ScriptFacts,
  piece: ScriptPiece,
  settings: Map<string, string>,
  declarations: { sql: string; line: number }[],
  inserts: string[],
): void {
  const { line } = positionOf(facts.sql, piece.start);
  const bare = withoutComments(piece.text);
  const set = insideStatementSet(piece.text);
  const verb = /^[A-Za-z]+/.exec(bare)?.[0].toUpperCase() ?? '';
  if (set !== null) {
    for (const one of set) {
      if (!/^INSERT\b/i.test(withoutComments(one))) throw new Refused(`Line ${line}: a statement set may hold INSERT only.`);
      inserts.push(one);
    }
  } else if (verb === 'INSERT') inserts.push(piece.text);
  else if (verb === 'SET' || verb === 'RESET') setOf(bare, line, settings);
  else if (verb === 'SELECT' || verb === 'WITH' || verb === 'VALUES' || verb === 'TABLE') {
    throw new Refused(`Line ${line}: a query without INSERT INTO shows its rows to nobody. Write it into a table.`);
  } else if (verb !== 'EXPLAIN' && verb !== 'SHOW' && verb !== 'DESCRIBE') {
    declarations.push({ sql: rewriteTable(facts, piece.text, line), line });
  }
}

function setOf(bare: string, line: number, settings: Map<string, string>): void {
  const [statement] = parseScript(`${bare};`).statements;
  if (statement?.kind === 'set') settings.set(statement.key, statement.value);
  else if (statement?.kind === 'reset') {
    if (statement.key === null) settings.clear();
    else settings.delete(statement.key);
  } else throw new Refused(`Line ${line}: write SET 'key' = 'value'.`);
}

/** Where the parser does not know the statement it is passed on as it is, which a connection in it would not survive. */
function rewriteTable(facts: ScriptFacts, text: string, line: number): string {
  const { statements, problems } = parseScript(`${text};`);
  const [statement] = statements;
  if (problems.length > 0 || statement?.kind !== 'createTable') {
    if (/'connection'\s*=/.test(text)) throw new Refused(`Line ${line}: ${problems[0]?.message ?? 'a connection is only for a table.'}`);
    return text;
  }
  const { options } = statement;
  if (options.length === 0) return text;
  const written = optionsFor(facts, statement, line);
  const list = [...written].map(([key, value]) => `${quoted(key)} = ${quoted(value)}`).join(', ');
  return text.slice(0, (options[0] as OptionEntry).start) + list + text.slice((options.at(-1) as OptionEntry).end);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function optionsFor(facts: ScriptFacts, table: CreateTable, line: number): Map<string, string> {
  const options = new Map(table.options.map(({ key, value }) => [key, value]));
  const name = table.name.parts.at(-1)?.name ?? '';
  const connection = options.get('connection');
  if (connection !== undefined) {
    const found = Object.hasOwn(facts.connections, connection) ? facts.connections[connection] : undefined;
    if (!found) throw new Refused(`Line ${line}: table ${name}: there is no connection '${connection}'.`);
    if (found.kind === 'flink') throw new Refused(`Line ${line}: table ${name}: the connection '${connection}' is a Flink cluster.`);
    if (found.store !== null) {
      throw new Refused(
        `Line ${line}: table ${name}: a Flink cluster reaches object stores by its own file systems and keys; leave out 'connection' and write the path.`,
      );
    }
    options.delete('connection');
    for (const [key, value] of Object.entries(found.options)) options.set(key, value);
  }
  for (const [key, value] of options) {
    if (/^(?:obs|s3|s3a):\/\//.test(value)) options.set(key, toFlinkUri(facts.store, value) ?? value);
  }
  const startup = options.get('connector') === 'kafka' ? startupAt(facts.startPosition, name, options.get('topic')) : null;
  if (startup !== null) {
    for (const key of [...options.keys()]) if (key.startsWith('scan.startup.')) options.delete(key);
    for (const [key, value] of Object.entries(startup)) options.set(key, value);
  }
  return options;
}
