/** A CREATE TABLE statement from columns and options, with names quoted where they must be. */
import { isReserved } from '../engine/sql/keywords.ts';

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
}

export interface TableText {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** Lines about what was left out or guessed; each becomes a comment. */
  readonly comments: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

export function quotedName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name.toUpperCase()) ? name : `\`${name.replaceAll('`', '``')}\``;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export function tableText({ name, columns, primaryKey, comments, options }: TableText): string {
  const key = primaryKey.length === 0 ? [] : [`PRIMARY KEY (${primaryKey.map(quotedName).join(', ')}) NOT ENFORCED`];
  const lines = [...columns.map((column) => `${quotedName(column.name)} ${column.type}${column.isNotNull ? ' NOT NULL' : ''}`), ...key];
  const pairs = Object.entries(options).map(([option, value]) => `  ${literal(option)} = ${literal(value)}`);
  return [
    // A comment ends with its line, whatever a foreign name holds.
    ...comments.map((comment) => `-- ${comment.replace(/\s+/g, ' ')}`),
    `CREATE TABLE ${quotedName(name)} (`,
    lines.map((line) => `  ${line}`).join(',\n'),
    ') WITH (',
    pairs.join(',\n'),
    ');',
    '',
  ].join('\n');
}

/** A name for the table: the last part of an object's name, with letters, digits and _ only. */
export function tableNameOf(object: string): string {
  const last = object.replace(/\/+$/, '').split(/[/.]/).filter(Boolean).at(-1) ?? object;
  const name = last.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return name === '' ? 'source_table' : /^\d/.test(name) ? `t_${name}` : name;
}
