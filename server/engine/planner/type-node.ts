/** Written types to SqlType, with Flink's defaults for lengths and precisions (FlinkTypeSystem). */
import type { TypeNode } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { LENGTH_MAX, type SqlType } from '../types/sql-type.ts';

export function sqlTypeOf(node: TypeNode): SqlType {
  const nullable = !node.isNotNull;
  switch (node.kind) {
    case 'array':
    case 'multiset':
      return { kind: node.kind === 'array' ? 'ARRAY' : 'MULTISET', element: sqlTypeOf(node.element), nullable };
    case 'map':
      return { kind: 'MAP', key: sqlTypeOf(node.key), value: sqlTypeOf(node.value), nullable };
    case 'row':
      return { kind: 'ROW', fields: node.fields.map((f) => ({ name: f.name.name, type: sqlTypeOf(f.type) })), nullable };
    case 'simple':
      return simpleType(node, node.name, node.parameters, nullable);
  }
}

function simpleType(node: TypeNode, name: string, parameters: readonly number[], nullable: boolean): SqlType {
  const first = parameters[0];
  switch (name) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
      return { kind: name, nullable };
    case 'INTEGER':
      return { kind: 'INT', nullable };
    case 'STRING':
      return { kind: 'VARCHAR', length: LENGTH_MAX, nullable };
    case 'BYTES':
      return { kind: 'VARBINARY', length: LENGTH_MAX, nullable };
    case 'CHAR':
    case 'BINARY':
      return { kind: name, length: inRange(node, first ?? 1, 1, LENGTH_MAX, 'length'), nullable };
    case 'VARCHAR':
    case 'VARBINARY':
      return { kind: name, length: inRange(node, first ?? LENGTH_MAX, 1, LENGTH_MAX, 'length'), nullable };
    case 'DECIMAL':
    case 'NUMERIC':
    case 'DEC': {
      const precision = inRange(node, first ?? 10, 1, 38, 'precision');
      return { kind: 'DECIMAL', precision, scale: inRange(node, parameters[1] ?? 0, 0, precision, 'scale'), nullable };
    }
    case 'TIME':
      return { kind: 'TIME', precision: inRange(node, first ?? 0, 0, 9, 'precision'), nullable };
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return { kind: name, precision: inRange(node, first ?? 6, 0, 9, 'precision'), nullable };
    default:
      if (name.startsWith('INTERVAL')) {
        return { kind: /YEAR|MONTH/.test(name) ? 'INTERVAL_YEAR_MONTH' : 'INTERVAL_DAY_TIME', nullable };
      }
      throw new SqlError(`The type ${name} is not supported by the embedded engine.`, node);
  }
}

function inRange(node: TypeNode, value: number, least: number, most: number, what: string): number {
  if (value < least || value > most)
    throw new SqlError(`The ${what} of this type must lie between ${least} and ${most}, but is ${value}.`, node);
  return value;
}
