/** Binds a name in FROM: a common table expression, a view (inlined) or a table. */
import type { NamedTable } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { QueryContext } from './bind-context.ts';
import { schemaOf } from './catalog.ts';
import { type Logical, renameTo } from './logical-plan.ts';

/** A table by name, from TABLE t in a windowing function too. */
export function bindNamed(node: NamedTable, context: QueryContext): Logical {
  if (node.asOf !== null) {
    throw new SqlError('Temporal and lookup joins (FOR SYSTEM_TIME AS OF) are not supported by the embedded engine yet.', node);
  }
  const single = node.name.parts.length === 1 ? node.name.parts[0].name : null;
  const cte = single === null ? undefined : context.ctes.get(single);
  if (cte) return cte;
  const object = context.catalog.get(node.name, [...context.ctes.keys()]);
  if (object.kind === 'view') {
    const rel = context.bindQuery(object.query, {
      ...context,
      catalog: object.catalog,
      ctes: new Map(),
      viewName: object.name,
      outer: null,
    });
    return object.columns
      ? renameTo(
          rel,
          object.columns.map((c) => c.name),
          object.statement.name,
        )
      : rel;
  }
  const hints = node.hints.filter((hint) => hint.name === 'OPTIONS').flatMap((hint) => hint.options);
  const source = context.session.resolveTable(object, hints);
  const digest = JSON.stringify([object.name, object.statement.start, Object.entries(source.table.plan.options).sort()]);
  return { kind: 'scan', source, digest, paths: null, schema: schemaOf(object) };
}
