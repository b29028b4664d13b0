/** Completion: what the parser says may come, turned into proposals. */
import { type CompletionContext as At, autocompletion, type Completion, type CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { completionContext, type OptionExpected } from '../../server/engine/sql/completion-context.ts';
import { CONNECTOR_OPTIONS, SQL_FUNCTIONS, SQL_TYPES } from './sql-words.ts';

/** Names of connections that a table of a connector may name; null = the connector is not written yet. */
export type ConnectionNames = (connector: string | null) => readonly string[];
const CONNECTION_OPTION = 'connection';
const NO_CONNECTIONS: ConnectionNames = () => [];

function optionProposals(option: OptionExpected, connections: ConnectionNames): Completion[] {
  const quote = (text: string) => (option.isQuoted ? text : `'${text}'`);
  const known = option.connector ? (CONNECTOR_OPTIONS[option.connector] ?? {}) : {};
  if (option.key === null) {
    const own = connections(option.connector).length > 0 ? [CONNECTION_OPTION] : [];
    const keys = ['connector', ...own, ...Object.keys(known)].filter((key) => !option.present.includes(key));
    return keys.map((key) => ({ label: quote(key), type: 'property', ...(option.isQuoted ? {} : { apply: `'${key}' = ''` }) }));
  }
  const values =
    option.key === 'connector'
      ? Object.keys(CONNECTOR_OPTIONS)
      : option.key === CONNECTION_OPTION
        ? connections(option.connector)
        : (known[option.key] ?? []);
  return values.map((value) => ({ label: quote(value), type: 'enum' }));
}

/** Proposals at an offset. Exported for the test. */
export function proposals(text: string, offset: number, connections = NO_CONNECTIONS): { from: number; options: Completion[] } {
  const context = completionContext(text, offset);
  if (context.option) return { from: context.replace.start, options: optionProposals(context.option, connections) };
  const options: Completion[] = [];
  const scope = context.columnsOf ?? [];
  for (const table of scope)
    for (const column of table.columns) options.push({ label: column, type: 'property', detail: table.name, boost: 3 });
  if (context.wantsTable)
    for (const table of context.tables) options.push({ label: table.name, type: 'class', detail: table.connector ?? table.kind, boost: 2 });
  if (scope.length > 1) for (const table of scope) options.push({ label: table.name, type: 'class', boost: 1 });
  if (context.wantsType) for (const type of SQL_TYPES) options.push({ label: type, type: 'type' });
  if (context.wantsFunction) for (const name of SQL_FUNCTIONS) options.push({ label: name, type: 'function', apply: `${name}(` });
  for (const word of context.keywords) options.push({ label: word, type: 'keyword', boost: -1 });
  return { from: context.replace.start, options };
}

/** Global variables by name, with their values. */
export type VariableValues = () => Readonly<Record<string, string>>;

/** Behind `{{`: names of global variables, closed unless that is done already. Exported for the test. */
export function variableProposals(text: string, offset: number, variables: VariableValues): { from: number; options: Completion[] } | null {
  const typed = /\{\{\s*([\w.-]*)$/.exec(text.slice(Math.max(0, offset - 140), offset));
  if (!typed) return null;
  const rest = text.slice(offset, offset + 2);
  const close = rest === '}}' ? '' : rest.startsWith('}') ? '}' : '}}';
  const options = Object.entries(variables()).map(([label, detail]) => ({ label, detail, type: 'variable', apply: label + close }));
  return { from: offset - (typed[1] as string).length, options };
}

function sourceOf(connections: ConnectionNames, variables: VariableValues) {
  return (at: At): CompletionResult | null => {
    const ofVariables = variableProposals(at.state.doc.toString(), at.pos, variables);
    if (ofVariables) return ofVariables.options.length > 0 ? { ...ofVariables, validFor: /^[\w.-]*$/ } : null;
    const word = at.matchBefore(/[\w.'-]+$/);
    if (!word && !at.explicit) return null;
    const found = proposals(at.state.doc.toString(), at.pos, connections);
    return found.options.length > 0 ? { from: found.from, options: found.options, validFor: /^[\w-]*$/ } : null;
  };
}

export function sqlCompletion(connections: ConnectionNames, variables: VariableValues): Extension {
  return autocompletion({ override: [sourceOf(connections, variables)], icons: false, activateOnTyping: true });
}
