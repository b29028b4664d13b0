/** Splits the words of a command line by a command's options: `--name value`, `--name=value`, `--flag`; `--` ends the options. */
import { type Command, type CommandInput, UsageError } from './command.ts';

export function parseArguments(words: readonly string[], options: Command['options']): CommandInput {
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const positional: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') {
      positional.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const kind = options[name];
    if (!kind) throw new UsageError(`There is no option --${name} here.`);
    if (kind === 'flag') {
      if (equals >= 0) throw new UsageError(`--${name} takes no value.`);
      flags.add(name);
      continue;
    }
    const value = equals >= 0 ? word.slice(equals + 1) : words[++at];
    if (value === undefined || value === '') throw new UsageError(`--${name} needs a value.`);
    const given = values.get(name) ?? [];
    if (given.length > 0 && kind === 'value') throw new UsageError(`--${name} was given twice.`);
    values.set(name, [...given, value]);
  }
  return {
    arguments: positional,
    flag: (name) => flags.has(name),
    value: (name) => values.get(name)?.[0] ?? null,
    list: (name) => values.get(name) ?? [],
  };
}
