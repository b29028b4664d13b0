/**
 * Group windows of the older syntax: GROUP BY TUMBLE(ts, size), HOP(ts, slide, size), SESSION(ts, gap), with TUMBLE_START, _END,
 * _ROWTIME and _PROCTIME in the select list. They become properties of a window aggregate.
 */
import type { Expr } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { RowField } from '../types/sql-type.ts';
import { type BindContext, bindExpression } from './bind-expression.ts';
import { demandTimeAttribute, intervalMs, windowColumns, windowSpec } from './bind-window-function.ts';
import type { Expression } from './expression.ts';
import { expressionDigest, inputRef } from './expression-rewrite.ts';
import type { LogicalAggregate } from './logical-plan.ts';
import type { WindowProperty, WindowSpec } from './physical-plan.ts';
import type { SelectState } from './select-state.ts';
import { type CallNode, visitSyntax } from './syntax-walk.ts';

export interface BoundGroupWindow {
  readonly spec: WindowSpec;
  readonly time: Expression;
  readonly properties: readonly WindowProperty[];
  readonly propertyFields: readonly RowField[];
  /** Notes which properties the select uses; before the aggregate is made. */
  collect(nodes: readonly Expr[]): void;
  /** The column of TUMBLE_START and the like; null for any other call. */
  resolve(node: CallNode, aggregate: LogicalAggregate): Expression | null;
}

const PATTERN = /^(TUMBLE|HOP|SESSION)(?:_(START|END|ROWTIME|PROCTIME))?$/;
const INTERVALS: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['SIZE', 'OFFSET'],
  HOP: ['SLIDE', 'SIZE', 'OFFSET'],
  SESSION: ['GAP'],
};

/** `TUMBLE` for TUMBLE and TUMBLE_START alike; null for any other call. */
export function groupWindowName(node: CallNode): string | null {
  return PATTERN.exec(node.name)?.[1] ?? null;
}

function propertyOf(node: CallNode): WindowProperty | null {
  switch (PATTERN.exec(node.name)?.[2]) {
    case 'START':
      return 'window_start';
    case 'END':
      return 'window_end';
    case 'ROWTIME':
    case 'PROCTIME':
      return 'window_time';
    default:
      return null;
  }
}

interface WrittenWindow {
  readonly name: string;
  readonly time: Expression;
  readonly spec: WindowSpec;
}

function writtenWindow(node: CallNode, state: SelectState, bind: BindContext): WrittenWindow {
  const name = groupWindowName(node) as string;
  const parameters = INTERVALS[name];
  const least = name === 'HOP' ? 3 : 2;
  if (node.args.length < least || node.args.length > parameters.length + 1) {
    throw new SqlError(`Write ${name}(time column, ${parameters.map((p) => p.toLowerCase()).join(', ')}).`, node);
  }
  const time = bindExpression(node.args[0], bind);
  demandTimeAttribute(time.type, name, node.args[0]);
  const ms = (parameter: string): number | null => {
    const at = parameters.indexOf(parameter);
    return at < 0 ? null : intervalMs(node.args[at + 1], parameter, state.context);
  };
  return { name, time, spec: windowSpec(name, ms, node) };
}

const NAMES: Readonly<Record<WindowProperty, string>> = { window_start: 'w$start', window_end: 'w$end', window_time: 'w$rowtime' };

export function bindGroupWindow(node: CallNode, state: SelectState, bind: BindContext): BoundGroupWindow {
  if (propertyOf(node) !== null) throw new SqlError(`${node.name} does not go into GROUP BY; group by ${groupWindowName(node)}(…).`, node);
  const own = writtenWindow(node, state, bind);
  const properties: WindowProperty[] = [];
  const propertyFields: RowField[] = [];
  const columns = windowColumns(own.time.type);
  return {
    spec: own.spec,
    time: own.time,
    properties,
    propertyFields,
    collect(nodes) {
      for (const written of nodes) {
        visitSyntax(written, (part) => {
          const property = part.kind === 'call' ? propertyOf(part) : null;
          if (property !== null && !properties.includes(property)) {
            properties.push(property);
            const field = columns[['window_start', 'window_end', 'window_time'].indexOf(property)];
            propertyFields.push({ name: NAMES[property], type: field.type });
          }
          return true;
        });
      }
    },
    resolve(call, aggregate) {
      const property = propertyOf(call);
      if (property === null) return null;
      const written = writtenWindow(call, state, bind);
      const isSame =
        written.name === own.name &&
        expressionDigest(written.time) === expressionDigest(own.time) &&
        JSON.stringify(written.spec) === JSON.stringify(own.spec);
      if (!isSame) throw new SqlError(`${call.name} must have the same arguments as ${own.name} in GROUP BY.`, call);
      const index = aggregate.keys.length + aggregate.calls.length + properties.indexOf(property);
      return inputRef(index, aggregate.schema[index].type);
    },
  };
}
