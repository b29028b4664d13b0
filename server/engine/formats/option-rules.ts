/**
 * Options of tables and formats, declared as data: key, kind, default, allowed values. One check serves all connectors and
 * formats: unknown keys are refused with the nearest known one, values are parsed once and read back typed.
 * Durations and sizes are written as Flink writes them (`10 s`, `1min`, `128 mb`; a bare number means ms or bytes).
 */
import type { OptionProblem } from '../connectors/contract.ts';

export interface OptionRule {
  readonly key: string;
  readonly kind: 'text' | 'boolean' | 'integer' | 'number' | 'duration' | 'memory' | 'enum' | 'character';
  readonly isRequired?: boolean;
  /** For `enum`; compared without regard to case, handed out as spelled here. */
  readonly values?: readonly string[];
  /** For `integer` and `number`. */
  readonly min?: number;
  readonly max?: number;
  /** Other spellings of the key (older releases, DLI). */
  readonly aliases?: readonly string[];
  /** Known to Flink, but changes nothing here: why, as one sentence. The value is still checked. */
  readonly withoutEffect?: string;
}

export interface OptionCheck {
  readonly problems: OptionProblem[];
  readonly warnings: OptionProblem[];
  readonly values: OptionValues;
}

type Parsed = string | number | boolean;

/** Checked options by canonical key. A getter for an option that is absent (or wrong, with its problem reported) gives the fallback. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, Parsed>;
  constructor(values: ReadonlyMap<string, Parsed>) {
    this.#values = values;
  }
  has(key: string): boolean {
    return this.#values.has(key);
  }
  text(key: string): string | null;
  text(key: string, fallback: string): string;
  text(key: string, fallback: string | null = null): string | null {
    const value = this.#values.get(key);
    return typeof value === 'string' ? value : fallback;
  }
  /** `integer`, `number`, `duration` (ms) and `memory` (bytes). */
  number(key: string): number | null;
  number(key: string, fallback: number): number;
  number(key: string, fallback: number | null = null): number | null {
    const value = this.#values.get(key);
    return typeof value === 'number' ? value : fallback;
  }
  boolean(key: string, fallback: boolean): boolean {
    const value = this.#values.get(key);
    return typeof value === 'boolean' ? value : fallback;
  }
}

/** `owner` names whose options these are in messages: `connector 'filesystem'`, `format 'json'`; `prefix` is put before keys in problems. */
export function checkOptions(
  options: Readonly<Record<string, string>>,
  rules: readonly OptionRule[],
  owner: string,
  prefix = '',
): OptionCheck {
  const problems: OptionProblem[] = [];
  const warnings: OptionProblem[] = [];
  const values = new Map<string, Parsed>();
  const byName = new Map<string, OptionRule>();
  for (const rule of rules) for (const name of [rule.key, ...(rule.aliases ?? [])]) byName.set(name, rule);
  for (const [key, text] of Object.entries(options)) {
    const rule = byName.get(key);
    if (!rule) {
      const near = nearestName(key, [...byName.keys()]);
      const advice = near === null ? '' : ` Did you mean '${prefix}${near}'?`;
      problems.push({ option: prefix + key, message: `Unknown option '${prefix}${key}' of ${owner}.${advice}` });
      continue;
    }
    const parsed = parseValue(rule, text);
    if ('problem' in parsed) problems.push({ option: prefix + key, message: `Option '${prefix}${key}' ${parsed.problem}` });
    else {
      values.set(rule.key, parsed.value);
      if (rule.withoutEffect)
        warnings.push({ option: prefix + key, message: `Option '${prefix}${key}' has no effect: ${rule.withoutEffect}` });
    }
  }
  for (const rule of rules) {
    if (rule.isRequired && ![rule.key, ...(rule.aliases ?? [])].some((name) => name in options)) {
      problems.push({ option: null, message: `Option '${prefix}${rule.key}' of ${owner} is missing. Add '${prefix}${rule.key}' = '…'.` });
    }
  }
  return { problems, warnings, values: new OptionValues(values) };
}

type ParsedOption = { readonly value: Parsed } | { readonly problem: string };

function parseValue(rule: OptionRule, text: string): ParsedOption {
  switch (rule.kind) {
    case 'text':
      return { value: text };
    case 'boolean': {
      const word = text.trim().toLowerCase();
      return word === 'true' || word === 'false' ? { value: word === 'true' } : { problem: `must be true or false, not '${text}'.` };
    }
    case 'integer':
    case 'number':
      return parseNumber(rule, text);
    case 'duration': {
      const value = parseDurationMs(text);
      return value === null ? { problem: `must be a duration such as '10 s', '1 min' or '500 ms', not '${text}'.` } : { value };
    }
    case 'memory': {
      const value = parseMemoryBytes(text);
      return value === null ? { problem: `must be a size such as '128 mb' or '64 kb', not '${text}'.` } : { value };
    }
    case 'enum': {
      const value = rule.values?.find((allowed) => allowed.toLowerCase() === text.trim().toLowerCase());
      return value === undefined ? { problem: `must be one of ${rule.values?.join(', ')}, not '${text}'.` } : { value };
    }
    case 'character':
      return [...unescapeCharacter(text)].length === 1
        ? { value: unescapeCharacter(text) }
        : { problem: `must be a single character, not '${text}'.` };
  }
}

function parseNumber(rule: OptionRule, text: string): ParsedOption {
  const value = Number(text.trim());
  const isNumber = text.trim() !== '' && (rule.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (!isNumber) return { problem: `must be a ${rule.kind === 'integer' ? 'whole number' : 'number'}, not '${text}'.` };
  if (rule.min !== undefined && value < rule.min) return { problem: `must be at least ${rule.min}, not ${value}.` };
  if (rule.max !== undefined && value > rule.max) return { problem: `must be at most ${rule.max}, not ${value}.` };
  return { value };
}

/** Flink runs Java's unescape over delimiters, so that `\t` may be written in SQL text. */
function unescapeCharacter(text: string): string {
  if (text.length < 2 || text[0] !== '\\') return text;
  const unicode = /^\\u([0-9a-fA-F]{4})$/.exec(text);
  if (unicode) return String.fromCharCode(Number.parseInt(unicode[1] as string, 16));
  const short: Record<string, string> = { '\\t': '\t', '\\n': '\n', '\\r': '\r', '\\b': '\b', '\\f': '\f', '\\\\': '\\' };
  return short[text] ?? text;
}

const DURATION_UNITS_MS: readonly (readonly [number, readonly string[]])[] = [
  [86_400_000, ['d', 'day', 'days']],
  [3_600_000, ['h', 'hour', 'hours']],
  [60_000, ['m', 'min', 'minute', 'minutes']],
  [1_000, ['s', 'sec', 'secs', 'second', 'seconds']],
  [1, ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds']],
  [1e-3, ['us', 'µs', 'micro', 'micros', 'microsecond', 'microseconds']],
  [1e-6, ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds']],
];

/** Milliseconds, or null when the text is no duration. Source: Flink's TimeUtils (and ISO-8601 `PT10S`). */
export function parseDurationMs(text: string): number | null {
  const match = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text);
  if (match) {
    const unit = DURATION_UNITS_MS.find(([, names]) => names.includes((match[2] as string).toLowerCase()));
    return unit ? Number(match[1]) * unit[0] : null;
  }
  const iso = /^\s*P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\s*$/i.exec(text);
  if (!iso || iso.slice(1).every((part) => part === undefined)) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  return days * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000;
}

const MEMORY_UNITS: readonly (readonly [number, readonly string[]])[] = [
  [1, ['', 'b', 'bytes']],
  [2 ** 10, ['k', 'kb', 'kibibytes']],
  [2 ** 20, ['m', 'mb', 'mebibytes']],
  [2 ** 30, ['g', 'gb', 'gibibytes']],
  [2 ** 40, ['t', 'tb', 'tebibytes']],
];

/** Bytes, or null when the text is no size. Source: Flink's MemorySize. */
export function parseMemoryBytes(text: string): number | null {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text);
  if (!match) return null;
  const unit = MEMORY_UNITS.find(([, names]) => names.includes((match[2] as string).toLowerCase()));
  return unit ? Number(match[1]) * unit[0] : null;
}

/** The known name closest to `name` by edits, when it is close enough to be meant; else null. */
export function nearestName(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
