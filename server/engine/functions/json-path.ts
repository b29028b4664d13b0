/**
 * JSON paths as Flink's JSON functions take them: `[lax | strict] $.a.b[0]['c'][*]..d[?(@.n > 1)]`. Without a mode a path is strict, as in
 * Flink. A path with a wildcard, list, slice, filter or `..` gives all that it finds as one array and never misses.
 */
import { DataError } from './contract.ts';
import type { JsonNode } from './json-text.ts';

type Step =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'filter'; readonly test: (node: JsonNode) => boolean };

export interface JsonPath {
  readonly isLax: boolean;
  readonly steps: readonly Step[];
  /** Finds exactly one place. */
  readonly isDefinite: boolean;
}

const cache = new Map<string, JsonPath>();

/** Throws DataError for a text that is no path. */
export function parseJsonPath(text: string): JsonPath {
  let path = cache.get(text);
  if (path === undefined) {
    path = parse(text);
    if (cache.size > 1000) cache.clear();
    cache.set(text, path);
  }
  return path;
}

function parse(text: string): JsonPath {
  const match = /^\s*(?:(lax|strict)\s+)?(\$.*?)\s*$/is.exec(text);
  if (match === null) throw invalid(text);
  const steps: Step[] = [];
  let rest = match[2].slice(1);
  while (rest !== '') {
    const deep = /^\.\.(?=[\w*['"$\u0080-\uffff])/.exec(rest);
    if (deep !== null) {
      steps.push({ kind: 'deep' });
      rest = rest.slice(rest[2] === '[' ? 2 : 1);
      continue;
    }
    const name = /^\.([\w$\-\u0080-\uffff]+|\*)/.exec(rest);
    if (name !== null) {
      steps.push(name[1] === '*' ? { kind: 'wildcard' } : { kind: 'names', names: [name[1]] });
      rest = rest.slice(name[0].length);
      continue;
    }
    const end = rest.startsWith('[') ? closingBracket(rest) : -1;
    if (end < 0) throw invalid(text);
    steps.push(bracketStep(rest.slice(1, end).trim(), text));
    rest = rest.slice(end + 1);
  }
  const isDefinite = steps.every(
    (step) => (step.kind === 'names' && step.names.length === 1) || (step.kind === 'indexes' && step.indexes.length === 1),
  );
  return { isLax: match[1]?.toLowerCase() === 'lax', steps, isDefinite };
}

function invalid(text: string): DataError {
  return new DataError(`'${text}' is no JSON path; it looks like $.field[0].other`);
}

/** Index of the bracket that closes the first one; quotes are respected. */
function closingBracket(text: string): number {
  let depth = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return i;
  }
  return -1;
}

function bracketStep(content: string, whole: string): Step {
  if (content === '*') return { kind: 'wildcard' };
  if (/^-?\d+(\s*,\s*-?\d+)*$/.test(content)) return { kind: 'indexes', indexes: content.split(',').map(Number) };
  const range = /^(-?\d+)?\s*:\s*(-?\d+)?$/.exec(content);
  if (range !== null) return { kind: 'slice', from: range[1] ? Number(range[1]) : null, to: range[2] ? Number(range[2]) : null };
  const names = [...content.matchAll(/\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|$)/gy)];
  if (names.length > 0 && names.map((match) => match[0]).join('') === content)
    return { kind: 'names', names: names.map((match) => (match[1] ?? match[2]).replace(/\\(.)/g, '$1')) };
  const filter = /^\?\s*\((.*)\)$/s.exec(content);
  if (filter !== null) return { kind: 'filter', test: filterTest(filter[1].trim(), whole) };
  throw invalid(whole);
}

/** `@.a`, `@.a > 1`, joined by && (which binds closer) and ||. */
function filterTest(source: string, whole: string): (node: JsonNode) => boolean {
  const alternatives = source.split('||').map((alternative) => alternative.split('&&').map((term) => termTest(term.trim(), whole)));
  return (node) => alternatives.some((terms) => terms.every((test) => test(node)));
}

function termTest(term: string, whole: string): (node: JsonNode) => boolean {
  const match = /^(!?)\s*@((?:\.[\w$-]+|\[[^\]]*\])*)\s*(?:(==|!=|<=|>=|<|>)\s*(.+))?$/s.exec(term);
  if (match === null) throw invalid(whole);
  const path = parse(`$${match[2]}`);
  const [, not, , operator, literal] = match;
  if (operator === undefined) return (node) => (find(path, node) !== null) !== (not === '!');
  const wanted = literalOf(literal.trim(), whole);
  return (node) => {
    const found = find(path, node);
    return found !== null && compare(operator, scalarOf(found), wanted);
  };
}

type Scalar = string | number | boolean | null;

function literalOf(text: string, whole: string): Scalar {
  if (/^'.*'$/s.test(text)) return text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object') return value as Scalar;
  } catch {}
  throw invalid(whole);
}

function scalarOf(node: JsonNode): Scalar | undefined {
  if (node.kind === 'number') return Number(node.text);
  if (node.kind === 'string' || node.kind === 'boolean') return node.value;
  return node.kind === 'null' ? null : undefined;
}

function compare(operator: string, left: Scalar | undefined, right: Scalar): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== typeof right || left === null || right === null || left === undefined) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

/** What the path finds: for an indefinite path an array. null when a definite path misses. */
export function find(path: JsonPath, root: JsonNode): JsonNode | null {
  if (!path.isDefinite) return findAll(path, root);
  let node: JsonNode | undefined = root;
  for (const step of path.steps) {
    node = child(node, step);
    if (node === undefined) return null;
  }
  return node;
}

function child(node: JsonNode, step: Step): JsonNode | undefined {
  if (step.kind === 'names') return node.kind === 'object' ? node.fields.get(step.names[0]) : undefined;
  if (step.kind !== 'indexes' || node.kind !== 'array') return undefined;
  const [index] = step.indexes;
  return node.items[index < 0 ? node.items.length + index : index];
}

/** The part before the first step with several results must exist. */
function findAll(path: JsonPath, root: JsonNode): JsonNode | null {
  let nodes: JsonNode[] = [root];
  let isDefinite = true;
  for (const step of path.steps) {
    const isSingle = (step.kind === 'names' && step.names.length === 1) || (step.kind === 'indexes' && step.indexes.length === 1);
    nodes = nodes.flatMap((node) => select(node, step));
    if (isSingle && isDefinite && nodes.length === 0) return null;
    if (!isSingle) isDefinite = false;
  }
  return { kind: 'array', items: nodes };
}

function select(node: JsonNode, step: Step): JsonNode[] {
  const children = node.kind === 'array' ? [...node.items] : node.kind === 'object' ? [...node.fields.values()] : [];
  switch (step.kind) {
    case 'names':
      return node.kind === 'object' ? step.names.flatMap((name) => node.fields.get(name) ?? []) : [];
    case 'indexes':
      return node.kind === 'array' ? step.indexes.flatMap((index) => node.items[index < 0 ? node.items.length + index : index] ?? []) : [];
    case 'slice':
      return node.kind === 'array' ? node.items.slice(step.from ?? 0, step.to ?? undefined) : [];
    case 'wildcard':
      return children;
    case 'deep':
      return [node, ...children.flatMap((inner) => select(inner, step))];
    case 'filter':
      return (node.kind === 'array' ? children : [node]).filter(step.test);
  }
}
