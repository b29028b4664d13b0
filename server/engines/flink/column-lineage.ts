/**
 * Where the columns of a compiled plan's nodes come from: a column of a table, or what a node makes of its inputs. Filters change no column. So two nodes
 * with state can be told to mean the same though something was put between them and their sources, and told apart when the same type of column is
 * now another one.
 */
import { createHash } from 'node:crypto';

export interface LineageNode {
  readonly id: number;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Hands rows on as they are. */
const PASSING = /^stream-exec-(?:exchange|watermark-assigner|drop-update-before|mini-batch-assigner)_/;

/** Of each node its columns, in order. `meaning`: of a node itself, without its number. */
export function lineageOf(
  nodes: readonly LineageNode[],
  edges: readonly { readonly source: number; readonly target: number }[],
  meaning: (node: LineageNode) => string,
): (id: number) => readonly string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const known = new Map<number, readonly string[]>();
  const columnsOf = (id: number): readonly string[] => {
    const before = known.get(id);
    if (before) return before;
    const node = byId.get(id);
    const inputs = edges.filter((edge) => edge.target === id).map((edge) => columnsOf(edge.source));
    const columns = node ? columnsOfNode(node, inputs, meaning) : [];
    known.set(id, columns);
    return columns;
  };
  return columnsOf;
}

function columnsOfNode(
  node: LineageNode,
  inputs: readonly (readonly string[])[],
  meaning: (node: LineageNode) => string,
): readonly string[] {
  const names = columnNames(String(node.outputType ?? ''));
  const table = (node.scanTableSource as { readonly table?: { readonly identifier?: string } } | undefined)?.table?.identifier;
  if (table !== undefined) return names.map((name) => `${table}.${name}`);
  const [input] = inputs;
  if (input && inputs.length === 1) {
    if (PASSING.test(node.type)) return input;
    if (Array.isArray(node.projection)) return node.projection.map((expression) => expressionText(expression, input));
  }
  const made = createHash('sha256')
    .update(JSON.stringify([meaning(node), inputs]))
    .digest('hex');
  return names.map((_, index) => `${made}#${index}`);
}

/** References to columns are what these are; an expression that is nothing else is that column. */
function expressionText(expression: unknown, input: readonly string[]): string {
  const of = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(of);
    if (typeof value !== 'object' || value === null) return value;
    const { kind, inputIndex } = value as { readonly kind?: unknown; readonly inputIndex?: unknown };
    if (kind === 'INPUT_REF' && typeof inputIndex === 'number') return input[inputIndex] ?? `?${inputIndex}`;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, of(part)]));
  };
  const text = of(expression);
  return typeof text === 'string' ? text : JSON.stringify(text);
}

/** Names of the outermost row: ROW<`n` BIGINT, `r` ROW<`x` INT>>. */
function columnNames(type: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [part] of type.matchAll(/`(?:[^`]|``)*`|[<>()]/g)) {
    if (part === '<' || part === '(') depth++;
    else if (part === '>' || part === ')') depth--;
    else if (depth === 1) names.push(part.slice(1, -1));
  }
  return names;
}
