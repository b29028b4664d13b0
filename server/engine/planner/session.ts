/** One run of the planner over a script: problems, warnings, settings in force, and tables as their connectors see them. */
import type { OptionProblem } from '../connectors/contract.ts';
import { canCast } from '../functions/cast-rules.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { OptionEntry, Span } from '../sql/ast.ts';
import { positionOf, SqlError, type SqlProblem, toProblem } from '../sql/problem.ts';
import { formatType } from '../types/sql-type.ts';
import type { Session } from './bind-context.ts';
import type { CatalogTable, ResolvedTable } from './catalog.ts';
import type { PlanRequest } from './contract.ts';
import { timeZoneSetting } from './job-options.ts';
import { didYouMean, nearestName } from './near-name.ts';
import type { PlanWarning } from './physical-plan.ts';
import { mergeOptions, planTable } from './table-definition.ts';

export class PlannerSession implements Session {
  readonly problems: SqlProblem[] = [];
  readonly warnings: PlanWarning[] = [];
  /** In force at the statement under way. */
  readonly settings: Record<string, string> = {};
  readonly functions: FunctionContext;
  readonly #request: PlanRequest;
  readonly #resolved = new Map<string, ResolvedTable>();

  constructor(request: PlanRequest) {
    this.#request = request;
    const zone = (): string => timeZoneSetting(this.effectiveSettings());
    this.functions = {
      get timeZone() {
        return zone();
      },
      currentTimeMs: neverFolded,
      random: neverFolded,
      currentWatermarkMs: neverFolded,
    };
  }

  get isPreview(): boolean {
    return this.#request.onlyQuery !== undefined;
  }

  effectiveSettings(): Readonly<Record<string, string>> {
    return { ...this.settings, ...this.#request.settings };
  }

  report(error: SqlError): void {
    this.problems.push(toProblem(this.#request.sql, error));
  }

  warn(message: string, span: Span): void {
    const { line, column } = positionOf(this.#request.sql, span.start);
    if (!this.warnings.some((w) => w.message === message && w.line === line)) this.warnings.push({ message, line, column });
  }

  resolveTable(table: CatalogTable, hints: readonly OptionEntry[]): ResolvedTable {
    const entries = mergeOptions(table.optionEntries, hints);
    const own = hints.length === 0 ? table : withOptions(table, entries);
    const key = JSON.stringify([table.name, table.statement.start, own.plan.options]);
    const known = this.#resolved.get(key);
    if (known) return known;
    const resolved = this.#resolve(own, entries);
    this.#resolved.set(key, resolved);
    return resolved;
  }

  #resolve(table: CatalogTable, entries: readonly OptionEntry[]): ResolvedTable {
    const { connectorOf, connectorNames, allowLocalFiles } = this.#request;
    const name = table.plan.options.connector;
    if (name === undefined)
      throw new SqlError(
        `Table '${table.name}' lacks the option 'connector'; there are ${connectorNames.join(', ')}.`,
        table.statement.name,
      );
    const connector = connectorOf(name);
    if (connector === null) {
      const near = nearestName(name, connectorNames);
      const entry = entries.find((e) => e.key === 'connector');
      throw new SqlError(
        `There is no connector '${name}'; there are ${connectorNames.join(', ')}.${didYouMean(near)}`,
        entry?.valueSpan ?? table.statement,
        near === null ? null : `'${near}'`,
      );
    }
    const facts = connector.describe(table.plan);
    const place = (problem: OptionProblem): Span => entries.find((e) => e.key === problem.option) ?? table.statement.name;
    for (const warning of facts.warnings) this.warn(warning.message, place(warning));
    const problems = [...facts.problems, ...(allowLocalFiles ? [] : (facts.localFileProblems ?? []))];
    const errors = problems.map((problem) => new SqlError(problem.message, place(problem)));
    for (const error of errors.slice(1)) this.report(error);
    if (errors[0] !== undefined) throw errors[0];
    checkMetadata(table, facts.metadata);
    const source = facts.sourceChangelog;
    if (source?.updateAfter && !source.updateBefore && table.plan.primaryKey.length === 0) {
      throw new SqlError(`Table '${table.name}' is an upsert source and needs a PRIMARY KEY (…) NOT ENFORCED.`, table.statement.name);
    }
    return { table, connector, facts };
  }
}

/** Only deterministic functions are folded, and these ask for none of it. */
function neverFolded(): never {
  throw new Error('a function that is not deterministic was folded');
}

function withOptions(table: CatalogTable, entries: readonly OptionEntry[]): CatalogTable {
  return {
    ...table,
    plan: planTable(table.name, table.columns, table.plan.primaryKey, table.plan.partitionKeys, entries),
    optionEntries: entries,
  };
}

function checkMetadata(
  table: CatalogTable,
  offered: readonly { readonly key: string; readonly type: import('../types/sql-type.ts').SqlType }[],
): void {
  for (const column of table.columns) {
    if (column.kind !== 'metadata') continue;
    const known = offered.find((m) => m.key === column.key);
    if (known === undefined) {
      const keys = offered.map((m) => m.key);
      const near = nearestName(column.key, keys);
      const list = keys.length === 0 ? 'it has none' : `there are ${keys.map((k) => `'${k}'`).join(', ')}`;
      throw new SqlError(`Connector '${table.plan.connector}' has no metadata '${column.key}'; ${list}.${didYouMean(near)}`, column.span);
    }
    if (!canCast(known.type, column.type)) {
      throw new SqlError(
        `The metadata '${column.key}' is ${formatType(known.type)} and does not cast to ${formatType(column.type)}.`,
        column.span,
      );
    }
  }
}
