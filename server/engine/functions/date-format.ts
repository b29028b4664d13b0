/**
 * Date and time patterns (`yyyy-MM-dd HH:mm:ss.SSS`) as Java's DateTimeFormatter and SimpleDateFormat read them: fields y u M L d D H k h K m
 * s S a E Q, quoted text, anything else itself. Names are English. Parsing has Java's two manners: `strict` wants the whole text and fields in range
 * (a day past the end of its month is the last one), `lenient` takes a prefix and carries what overflows (32 January is 1 February).
 */
import { civilOf, dayOfYear, daysInMonth, daysOf, isoDayOfWeek, MS_PER_DAY } from '../types/calendar.ts';
import { formatYear } from '../types/timestamps.ts';
import { DataError } from './contract.ts';

type Token = { readonly letter: string; readonly count: number } | { readonly literal: string };

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const FIELD_LETTERS = 'yuMLdDHkhKmsSaEQnG';

const patterns = new Map<string, readonly Token[]>();

/** Throws DataError for a letter that is no field. */
function tokensOf(pattern: string): readonly Token[] {
  let tokens = patterns.get(pattern);
  if (tokens === undefined) {
    tokens = tokenize(pattern);
    if (patterns.size > 1000) patterns.clear();
    patterns.set(pattern, tokens);
  }
  return tokens;
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (part === "''") tokens.push({ literal: "'" });
    else if (part.startsWith("'")) tokens.push({ literal: part.slice(1, -1).replaceAll("''", "'") });
    else if (!/^[A-Za-z]/.test(part)) tokens.push({ literal: part });
    else if (FIELD_LETTERS.includes(part[0])) tokens.push({ letter: part[0], count: part.length });
    else throw new DataError(`The date pattern '${pattern}' has the letter ${part[0]}, which is no field; quote text with '`);
  }
  return tokens;
}

const padded = (value: number, count: number) => String(value).padStart(count, '0');

/** Local time as text. `nanosOfMilli` adds to the fraction. */
export function formatByPattern(pattern: string, localMs: number, nanosOfMilli = 0): string {
  const days = Math.floor(localMs / MS_PER_DAY);
  const ofDay = localMs - days * MS_PER_DAY;
  const { year, month, day } = civilOf(days);
  const hour = Math.floor(ofDay / 3_600_000);
  let text = '';
  for (const token of tokensOf(pattern)) {
    if ('literal' in token) {
      text += token.literal;
      continue;
    }
    const { letter, count } = token;
    switch (letter) {
      case 'y':
      case 'u':
        text += count === 2 ? padded(year % 100, 2) : count === 4 ? formatYear(year) : padded(year, count);
        break;
      case 'M':
      case 'L':
        text += count >= 4 ? MONTHS[month - 1] : count === 3 ? MONTHS[month - 1].slice(0, 3) : padded(month, count);
        break;
      case 'd':
        text += padded(day, count);
        break;
      case 'D':
        text += padded(dayOfYear(days), count);
        break;
      case 'Q':
        text += padded(Math.ceil(month / 3), count);
        break;
      case 'E':
        text += count >= 4 ? DAYS[isoDayOfWeek(days) - 1] : DAYS[isoDayOfWeek(days) - 1].slice(0, 3);
        break;
      case 'G':
        text += year > 0 ? 'AD' : 'BC';
        break;
      case 'S':
        text += fractionOf(ofDay, nanosOfMilli).slice(0, count).padEnd(count, '0');
        break;
      case 'n':
        text += padded((ofDay % 1000) * 1_000_000 + nanosOfMilli, count);
        break;
      default:
        text += timeField(letter, count, hour, ofDay);
    }
  }
  return text;
}

function fractionOf(ofDay: number, nanosOfMilli: number): string {
  return padded((ofDay % 1000) * 1_000_000 + nanosOfMilli, 9);
}

function timeField(letter: string, count: number, hour: number, ofDay: number): string {
  switch (letter) {
    case 'H':
      return padded(hour, count);
    case 'k':
      return padded(hour === 0 ? 24 : hour, count);
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12, count);
    case 'K':
      return padded(hour % 12, count);
    case 'm':
      return padded(Math.floor(ofDay / 60_000) % 60, count);
    case 's':
      return padded(Math.floor(ofDay / 1000) % 60, count);
    default:
      return hour < 12 ? 'AM' : 'PM';
  }
}

/** Milliseconds in which the formatted text cannot change. */
export function granularityOf(pattern: string): number {
  const letters = new Set(tokensOf(pattern).flatMap((token) => ('letter' in token ? [token.letter] : [])));
  if (letters.has('S') || letters.has('n')) return 1;
  if (letters.has('s')) return 1000;
  if (letters.has('m')) return 60_000;
  return /[HkhKa]/.test([...letters].join('')) ? 3_600_000 : MS_PER_DAY;
}

export interface ParsedTime {
  /** Milliseconds since the epoch, local. */
  readonly ms: number;
  /** Nanoseconds within that millisecond. */
  readonly nanosOfMilli: number;
}

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  isPm: boolean | null;
}

/** null when the text does not fit the pattern. Fields that the pattern lacks are those of 1970-01-01 00:00:00. */
export function parseByPattern(pattern: string, text: string, manner: 'strict' | 'lenient'): ParsedTime | null {
  const tokens = tokensOf(pattern);
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0, isPm: null };
  let at = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if ('literal' in token) {
      if (!text.startsWith(token.literal, at)) return null;
      at += token.literal.length;
      continue;
    }
    const next = tokens[i + 1];
    const isAdjacent = next !== undefined && 'letter' in next && !'aEG'.includes(next.letter);
    const end = readField(token.letter, token.count, text, at, manner, isAdjacent, fields);
    if (end < 0) return null;
    at = end;
  }
  if (manner === 'strict' && at !== text.length) return null;
  return resolve(fields, manner);
}

/** Offset after the field, or -1. */
function readField(
  letter: string,
  count: number,
  text: string,
  at: number,
  manner: 'strict' | 'lenient',
  isAdjacent: boolean,
  fields: Fields,
): number {
  if (letter === 'a') {
    const word = text.slice(at, at + 2).toUpperCase();
    if (word !== 'AM' && word !== 'PM') return -1;
    fields.isPm = word === 'PM';
    return at + 2;
  }
  if ((letter === 'M' || letter === 'L') && count >= 3) {
    const rest = text.slice(at).toLowerCase();
    const month = MONTHS.findIndex((name) => rest.startsWith((count >= 4 ? name : name.slice(0, 3)).toLowerCase()));
    if (month < 0) return -1;
    fields.month = month + 1;
    return at + (count >= 4 ? MONTHS[month].length : 3);
  }
  if (letter === 'E') {
    const match = /^(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)/i.exec(text.slice(at));
    return match === null ? -1 : at + match[0].length;
  }
  const [least, most] = digitsWanted(letter, count, manner, isAdjacent);
  const match = new RegExp(`^${manner === 'lenient' ? ' *' : ''}(-?\\d{${least},${most}})`).exec(text.slice(at));
  if (match === null) return -1;
  setField(letter, count, match[1], manner, fields);
  return at + match[0].length;
}

function digitsWanted(letter: string, count: number, manner: 'strict' | 'lenient', isAdjacent: boolean): readonly [number, number] {
  if (isAdjacent) return [manner === 'strict' || letter === 'y' ? count : 1, count];
  if (manner === 'lenient') return [1, 9];
  if (letter === 'S' || count === 2) return [count, count];
  return letter === 'y' || letter === 'u' ? [count, 9] : count === 1 ? [1, 9] : [count, count];
}

function setField(letter: string, count: number, digits: string, manner: 'strict' | 'lenient', fields: Fields): void {
  const value = Number(digits);
  switch (letter) {
    case 'y':
    case 'u':
      fields.year = count === 2 && digits.length === 2 ? 2000 + value : value;
      break;
    case 'M':
    case 'L':
      fields.month = value;
      break;
    case 'd':
      fields.day = value;
      break;
    case 'D':
      fields.month = 1;
      fields.day = value;
      break;
    case 'H':
    case 'h':
    case 'K':
      fields.hour = value;
      break;
    case 'k':
      fields.hour = value % 24;
      break;
    case 'm':
      fields.minute = value;
      break;
    case 's':
      fields.second = value;
      break;
    case 'S':
      // SimpleDateFormat reads milliseconds, DateTimeFormatter a fraction.
      fields.nanos = manner === 'lenient' ? value * 1_000_000 : Number(digits.padEnd(9, '0').slice(0, 9));
      break;
  }
}

function resolve(fields: Fields, manner: 'strict' | 'lenient'): ParsedTime | null {
  let { hour, day } = fields;
  const { year, month, minute, second, nanos, isPm } = fields;
  if (isPm !== null) hour = (hour % 12) + (isPm ? 12 : 0);
  let days: number;
  if (manner === 'strict') {
    if (month < 1 || month > 12 || day < 1 || day > 366 || hour > 23 || minute > 59 || second > 59) return null;
    if (day > 31) return null;
    day = Math.min(day, daysInMonth(year, month));
    days = daysOf(year, month, day);
  } else {
    const index = year * 12 + month - 1;
    const normalYear = Math.floor(index / 12);
    days = daysOf(normalYear, index - normalYear * 12 + 1, 1) + day - 1;
  }
  const ms = days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(nanos / 1_000_000);
  return { ms, nanosOfMilli: nanos % 1_000_000 };
}
