/** What every command of the program is made of, and how it speaks. */

export interface Command {
  readonly name: string;
  /** After `tidemark `. */
  readonly usage: string;
  readonly summary: string;
  /** Long option names; `value` takes one, `list` may be repeated. */
  readonly options: Readonly<Record<string, 'flag' | 'value' | 'list'>>;
  /** Returns the exit code: 0 done, 1 failed, 2 refused before anything ran. */
  run(input: CommandInput, terminal: Terminal): Promise<number>;
}

export interface CommandInput {
  readonly arguments: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | null;
  list(name: string): readonly string[];
}

export interface Terminal {
  /** Results: standard output. */
  out(line: string): void;
  /** Progress and diagnostics: standard error. */
  note(line: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

/** The command line itself is wrong: told with the usage, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
