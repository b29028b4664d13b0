/**
 * LIKE, SIMILAR TO and the REGEXP functions. Java's regular expressions are run as JavaScript's with Unicode: inline flags at the start and
 * POSIX classes are translated; possessive quantifiers and atomic groups do not exist here and count as an invalid pattern.
 */
import { withNullability } from '../types/sql-type.ts';
import { ArrayValue } from '../types/value.ts';
import { DataError, type ScalarFunction } from './contract.ts';
import { BOOLEAN, define, INT, int, STRING, text } from './define.ts';

const cache = new Map<string, RegExp | null>();

function cached(key: string, create: () => RegExp | null): RegExp | null {
  let pattern = cache.get(key);
  if (pattern === undefined) {
    pattern = create();
    if (cache.size > 2000) cache.clear();
    cache.set(key, pattern);
  }
  return pattern;
}

const literalOf = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Throws DataError for an escapeMark before a character that needs none. */
function likePattern(pattern: string, escapeMark: string): RegExp {
  const characters = Array.from(pattern);
  // As in Flink: % spans lines only in a pattern that has no _ and no escape; else both stop at a line's end.
  const spansLines = !characters.includes('_') && !characters.includes(escapeMark);
  let source = '';
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i];
    if (character === escapeMark) {
      const next = characters[++i];
      if (next !== '%' && next !== '_' && next !== escapeMark)
        throw new DataError(
          `Invalid escapeMark sequence in the LIKE pattern '${pattern}': ${escapeMark} must stand before %, _ or ${escapeMark}`,
        );
      source += literalOf(next);
    } else source += character === '%' ? '.*' : character === '_' ? '.' : literalOf(character);
  }
  return new RegExp(`^${source}$`, spansLines ? 'su' : 'u');
}

export function like(value: string, pattern: string, escapeMark = '\\'): boolean {
  return (cached(`l${escapeMark}${pattern}`, () => likePattern(pattern, escapeMark)) as RegExp).test(value);
}

/** SIMILAR TO: % and _ as in LIKE; | * + ? {} () [] as in regular expressions; everything else itself. */
function similarPattern(pattern: string, escapeMark: string | null): RegExp {
  const characters = Array.from(pattern);
  let source = '';
  let inClass = false;
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i];
    if (character === escapeMark) source += literalOf(characters[++i] ?? '');
    else if (inClass) {
      if (character === ']') inClass = false;
      source += character === '\\' || character === '[' ? `\\${character}` : character;
    } else if (character === '[') {
      inClass = true;
      source += '[';
    } else if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else source += '|*+?{}()'.includes(character) ? character : literalOf(character);
  }
  try {
    return new RegExp(`^(?:${posixClasses(source)})$`, 'u');
  } catch {
    throw new DataError(`Invalid regular expression in SIMILAR TO: '${pattern}'`);
  }
}

function similar(value: string, pattern: string, escapeMark: string | null): boolean {
  return (cached(`s${escapeMark ?? ''} ${pattern}`, () => similarPattern(pattern, escapeMark)) as RegExp).test(value);
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: 'A-Za-z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  XDigit: '0-9A-Fa-f',
  Space: '\\s',
  Blank: ' \\t',
};

function posixClasses(source: string): string {
  return source
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name[0].toUpperCase() + name.slice(1).toLowerCase()] ?? whole)
    .replace(/\\p\{(Lower|Upper|Alpha|Digit|Alnum|Punct|XDigit|Space|Blank)\}/g, (_, name: string) => `[${POSIX[name]}]`);
}

/** null when the pattern is no regular expression. */
function javaPattern(pattern: string): RegExp | null {
  return cached(`r${pattern}`, () => {
    const flags = /^\(\?([imsux]+)\)/.exec(pattern);
    const source = posixClasses(flags ? pattern.slice(flags[0].length) : pattern)
      .replaceAll('\\A', '^')
      .replaceAll('\\z', '$')
      .replace(/\\([ "'<>#%&@~`!,;:=_])/g, '$1');
    const own = `g${flags ? flags[1].replace(/[^ims]/g, '') : ''}`;
    for (const mode of ['u', '']) {
      try {
        return new RegExp(source, own + mode);
      } catch {}
    }
    return null;
  });
}

/** The pattern ready to search from the start. */
function fresh(pattern: string): RegExp | null {
  const regexp = javaPattern(pattern);
  if (regexp !== null) regexp.lastIndex = 0;
  return regexp;
}

/** Java's replacement text ($1, \$) as a function of the match. */
function expand(replacement: string, groups: readonly (string | undefined)[]): string {
  return replacement.replace(/\\(.)|\$(\d)/gs, (_, quoted: string | undefined, group: string | undefined) =>
    quoted !== undefined ? quoted : (groups[Number(group)] ?? ''),
  );
}

function matcher(name: string, aliases: readonly string[], test: (value: string, pattern: string) => boolean): ScalarFunction {
  return define({
    name,
    aliases,
    signature: `${name}(text, pattern)`,
    parameters: [text, text],
    result: BOOLEAN,
    evaluate: ([value, pattern]) => test(value as string, pattern as string),
  });
}

export const PATTERN_FUNCTIONS: readonly ScalarFunction[] = [
  define({
    name: 'LIKE',
    readsBytes: true,
    signature: "text LIKE pattern [ESCAPE 'c']",
    parameters: [text, text, text],
    optional: 1,
    result: BOOLEAN,
    evaluate: ([value, pattern, escapeMark]) => like(value as string, pattern as string, (escapeMark ?? '\\') as string),
  }),
  define({
    name: 'SIMILAR TO',
    signature: "text SIMILAR TO pattern [ESCAPE 'c']",
    parameters: [text, text, text],
    optional: 1,
    result: BOOLEAN,
    evaluate: ([value, pattern, escapeMark]) => similar(value as string, pattern as string, (escapeMark ?? null) as string | null),
  }),
  matcher('REGEXP', ['RLIKE'], (value, pattern) => {
    if (pattern === '') return false;
    return fresh(pattern)?.test(value) ?? false;
  }),
  define({
    name: 'REGEXP_REPLACE',
    signature: 'REGEXP_REPLACE(text, pattern, replacement)',
    parameters: [text, text, text],
    result: STRING,
    mayBeNull: true,
    evaluate([value, pattern, replacement]) {
      const regexp = fresh(pattern as string);
      return regexp === null ? null : (value as string).replace(regexp, (...match) => expand(replacement as string, match as string[]));
    },
  }),
  define({
    name: 'REGEXP_EXTRACT',
    signature: 'REGEXP_EXTRACT(text, pattern[, group])',
    parameters: [text, text, int],
    optional: 1,
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, pattern, group]) => fresh(pattern as string)?.exec(value as string)?.[(group ?? 0) as number] ?? null,
  }),
  define({
    name: 'REGEXP_EXTRACT_ALL',
    signature: 'REGEXP_EXTRACT_ALL(text, pattern[, group])',
    parameters: [text, text, int],
    optional: 1,
    result: { kind: 'ARRAY', element: STRING, nullable: true },
    mayBeNull: true,
    evaluate([value, pattern, group]) {
      const regexp = fresh(pattern as string);
      const wanted = (group ?? 1) as number;
      if (regexp === null) return null;
      const matches = Array.from((value as string).matchAll(regexp));
      return matches.some((match) => wanted >= match.length) ? null : new ArrayValue(matches.map((match) => match[wanted] ?? null));
    },
  }),
  define({
    name: 'REGEXP_COUNT',
    signature: 'REGEXP_COUNT(text, pattern)',
    parameters: [text, text],
    result: INT,
    mayBeNull: true,
    evaluate([value, pattern]) {
      const regexp = fresh(pattern as string);
      return regexp === null ? null : Array.from((value as string).matchAll(regexp)).length;
    },
  }),
  define({
    name: 'REGEXP_INSTR',
    signature: 'REGEXP_INSTR(text, pattern)',
    parameters: [text, text],
    result: INT,
    mayBeNull: true,
    evaluate([value, pattern]) {
      const regexp = fresh(pattern as string);
      return regexp === null ? null : (regexp.exec(value as string)?.index ?? -1) + 1;
    },
  }),
  define({
    name: 'REGEXP_SUBSTR',
    signature: 'REGEXP_SUBSTR(text, pattern)',
    parameters: [text, text],
    result: withNullability(STRING, true),
    mayBeNull: true,
    evaluate: ([value, pattern]) => fresh(pattern as string)?.exec(value as string)?.[0] ?? null,
  }),
];
