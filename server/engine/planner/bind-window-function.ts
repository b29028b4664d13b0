/** Windowing table functions: TUMBLE, HOP, CUMULATE, SESSION over a table with a time attribute; positional or named arguments. */
import type { Expr, Span, TableFunction, TableFunctionArgument } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import { formatType, type RowField, type SqlType } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import { bindExpression } from './bind-expression.ts';
import { bindNamed } from './bind-named.ts';
import { quoteName } from './catalog.ts';
import type { Logical } from './logical-plan.ts';
import { didYouMean, nearestName } from './near-name.ts';
import type { WindowSpec } from './physical-plan.ts';
import { relationOf, scopeOf } from './scope.ts';

/** Intervals by position behind table and descriptor; the last may be left out where a `?` stands. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['SIZE', 'OFFSET?'],
  HOP: ['SLIDE', 'SIZE', 'OFFSET?'],
  CUMULATE: ['STEP', 'SIZE', 'OFFSET?'],
  SESSION: ['GAP'],
};

interface WindowArguments {
  readonly table: Extract<TableFunctionArgument, { kind: 'table' }>;
  readonly descriptor: Extract<TableFunctionArgument, { kind: 'descriptor' }>;
  readonly intervals: ReadonlyMap<string, Expr>;
}

export function bindWindowFunction(node: TableFunction, context: QueryContext): Logical {
  const name = node.name.name.toUpperCase();
  if (!(name in PARAMETERS)) {
    const near = nearestName(name, Object.keys(PARAMETERS));
    throw new SqlError(`There is no table function ${node.name.name}.${didYouMean(near)}`, node.name, near);
  }
  const args = windowArguments(node, name);
  const input =
    args.table.table.kind === 'named'
      ? bindNamed(args.table.table, context)
      : context.bindQuery(args.table.table.query, { ...context, outer: null });
  const alias =
    args.table.table.alias?.name.name ?? (args.table.table.kind === 'named' ? (args.table.table.name.parts.at(-1)?.name ?? null) : null);
  const time = timeColumn(args.descriptor, input, name);
  const scope = scopeOf([relationOf(alias, input.schema)]);
  const partitionKeys = args.table.partitionBy.map((expression) => {
    const bound = bindExpression(expression, { scope, place: 'PARTITION BY', functions: context.session.functions });
    if (bound.kind !== 'input') throw new SqlError(`PARTITION BY of ${name} takes columns only.`, expression);
    return bound.index;
  });
  if (partitionKeys.length > 0 && name !== 'SESSION')
    throw new SqlError(`PARTITION BY in a table function is for SESSION only; ${name} has none.`, args.table);
  const window = windowSpec(name, (parameter) => intervalMs(args.intervals.get(parameter), parameter, context), node);
  return {
    kind: 'windowFunction',
    input,
    window,
    time,
    partitionKeys,
    schema: [...input.schema, ...windowColumns(input.schema[time].type)],
    scope: context.viewName,
    span: node,
  };
}

function windowArguments(node: TableFunction, name: string): WindowArguments {
  const parameters = ['DATA', 'TIMECOL', ...PARAMETERS[name].map((p) => p.replace('?', ''))];
  const given = new Map<string, TableFunctionArgument>();
  for (const [position, argument] of node.arguments.entries()) {
    const parameter = argument.name === null ? parameters[position] : argument.name.name.toUpperCase();
    if (parameter === undefined) throw new SqlError(`${name} takes at most ${parameters.length} arguments.`, argument);
    if (!parameters.includes(parameter)) {
      const near = nearestName(parameter, parameters);
      throw new SqlError(`${name} has no argument ${parameter}.${didYouMean(near)}`, argument.name ?? argument, near);
    }
    given.set(parameter, argument);
  }
  const table = given.get('DATA');
  const descriptor = given.get('TIMECOL');
  const usage = `Write ${name}(TABLE t, DESCRIPTOR(ts), ${PARAMETERS[name].map((p) => (p.endsWith('?') ? `[${p.slice(0, -1).toLowerCase()}]` : p.toLowerCase())).join(', ')}).`;
  if (table?.kind !== 'table') throw new SqlError(`The first argument of ${name} is a table. ${usage}`, table ?? node);
  if (descriptor?.kind !== 'descriptor')
    throw new SqlError(`The second argument of ${name} is DESCRIPTOR(time column). ${usage}`, descriptor ?? node);
  const intervals = new Map<string, Expr>();
  for (const parameter of PARAMETERS[name]) {
    const argument = given.get(parameter.replace('?', ''));
    if (argument === undefined) {
      if (parameter.endsWith('?')) continue;
      throw new SqlError(`${name} lacks its argument ${parameter.toLowerCase()}. ${usage}`, node);
    }
    if (argument.kind !== 'expression') throw new SqlError(`${parameter.replace('?', '')} of ${name} is an interval. ${usage}`, argument);
    intervals.set(parameter.replace('?', ''), argument.expression);
  }
  return { table, descriptor, intervals };
}

function timeColumn(descriptor: Extract<TableFunctionArgument, { kind: 'descriptor' }>, input: Logical, name: string): number {
  const column = descriptor.columns[0];
  if (descriptor.columns.length !== 1) throw new SqlError(`DESCRIPTOR of ${name} names one time column.`, descriptor);
  const index = input.schema.findIndex((field) => field.name === column.name);
  if (index < 0) {
    const near = nearestName(
      column.name,
      input.schema.map((f) => f.name),
    );
    throw new SqlError(`There is no column '${column.name}'.${didYouMean(near)}`, column, near === null ? null : quoteName(near));
  }
  demandTimeAttribute(input.schema[index].type, name, column);
  return index;
}

export function demandTimeAttribute(type: SqlType, name: string, span: Span): void {
  const isTimestamp = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
  if (!isTimestamp) {
    throw new SqlError(`${name} needs a time column of type TIMESTAMP or TIMESTAMP_LTZ, but this is ${formatType(type)}.`, span);
  }
  if (type.attribute === undefined) {
    throw new SqlError(
      `${name} needs a time attribute, but this is a plain ${formatType(type)}. Declare a WATERMARK for it, and do not compute on it before.`,
      span,
    );
  }
}

/** The interval in ms of a literal day-time interval. */
export function intervalMs(node: Expr | undefined, what: string, context: QueryContext): number | null {
  if (node === undefined) return null;
  const bound = bindExpression(node, { scope: scopeOf([]), place: what, functions: context.session.functions });
  if (bound.kind !== 'literal' || bound.type.kind !== 'INTERVAL_DAY_TIME' || typeof bound.value !== 'bigint') {
    throw new SqlError(`${what} must be a constant interval of days, hours, minutes or seconds.`, node);
  }
  return Number(bound.value);
}

/** Checks what Flink checks: sizes positive, HOP's size and CUMULATE's maximum a multiple. */
export function windowSpec(name: string, ms: (parameter: string) => number | null, span: Span): WindowSpec {
  const positive = (parameter: string): number => {
    const value = ms(parameter) as number;
    if (value <= 0) throw new SqlError(`${parameter.toLowerCase()} of ${name} must be positive.`, span);
    return value;
  };
  const offsetMs = ms('OFFSET') ?? 0;
  const demandMultiple = (size: number, part: number, what: string): void => {
    if (size % part !== 0)
      throw new SqlError(`The size of ${name} must be a multiple of its ${what}, but is ${size} ms and ${part} ms.`, span);
  };
  switch (name) {
    case 'TUMBLE':
      return { kind: 'TUMBLE', sizeMs: positive('SIZE'), offsetMs };
    case 'HOP': {
      const [sizeMs, slideMs] = [positive('SIZE'), positive('SLIDE')];
      demandMultiple(sizeMs, slideMs, 'slide');
      return { kind: 'HOP', sizeMs, slideMs, offsetMs };
    }
    case 'CUMULATE': {
      const [sizeMs, stepMs] = [positive('SIZE'), positive('STEP')];
      demandMultiple(sizeMs, stepMs, 'step');
      return { kind: 'CUMULATE', sizeMs, stepMs, offsetMs };
    }
    default:
      return { kind: 'SESSION', gapMs: positive('GAP') };
  }
}

/** window_start and window_end are wall-clock times (session time zone for TIMESTAMP_LTZ); window_time keeps the attribute. */
export function windowColumns(time: SqlType): RowField[] {
  const wall: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: false };
  const plain = withoutAttribute(time);
  const attribute = (time.kind === 'TIMESTAMP' || time.kind === 'TIMESTAMP_LTZ') && time.attribute ? time.attribute : 'rowtime';
  const windowTime = {
    kind: plain.kind === 'TIMESTAMP_LTZ' ? 'TIMESTAMP_LTZ' : 'TIMESTAMP',
    precision: 3,
    nullable: false,
    attribute,
  } as const;
  return [
    { name: 'window_start', type: wall },
    { name: 'window_end', type: wall },
    { name: 'window_time', type: windowTime },
  ];
}
