/**
 * Every text of a page comes from the dictionary, so that no language meets a word of another one: no words between tags, and none in the attributes
 * that people see or hear. Names that are the same in every language are listed.
 */
import { expect, test } from 'vitest';
import { readSourceFiles, withoutComments } from './source-files.ts';

/** Product, keys, zones, values and addresses: no translation. */
const NAMES = new Set(['Tidemark', 'ID', 'Esc', 'UTC', 'NULL', 'obs://bucket/jobs/checkpoint/…', 'obs://']);
const HEARD_OR_SEEN = 'aria-label|aria-description|aria-roledescription|title|placeholder|alt|label|hint|note|header';
const IN_ATTRIBUTE = new RegExp(`(?<![\\w-])(?:${HEARD_OR_SEEN})=(?:"([^"]*)"|\\{'([^']*)'\\})`, 'g');
/** Between the end of a tag and the next tag or brace. An arrow or a comparison is not the end of a tag. */
const BETWEEN_TAGS = /[\w"'}/]>([^<>{}=;()`]*)(?=<\/|\{)/g;
/** A key of the dictionary: `room.name`. */
const KEY = /^[a-z][\w-]*(\.[\w-]+)+$/;
const WORD = /\p{L}{2,}/u;

const isText = (text: string): boolean => WORD.test(text) && !KEY.test(text) && !NAMES.has(text);

function textsOf(source: string): string[] {
  const code = withoutComments(source);
  const attributes = [...code.matchAll(IN_ATTRIBUTE)].map((match) => match[1] ?? match[2] ?? '');
  const between = [...code.matchAll(BETWEEN_TAGS)].map((match) => (match[1] as string).trim());
  return [...attributes, ...between].filter(isText);
}

test('the rule sees texts in attributes and between tags, and leaves keys, names and code alone', () => {
  expect(textsOf('<b title="Stop the job">Go on</b>')).toEqual(['Stop the job', 'Go on']);
  expect(textsOf("<i aria-label={'Close'} />")).toEqual(['Close']);
  expect(textsOf('<p className="x">{n} records</p>')).toEqual([]);
  expect(textsOf('<PageHead title="nav.jobs" />; const f = (a: number) => a > 2 ? one : two; // a > word </b>')).toEqual([]);
});

test('every text of a page comes from the dictionary', () => {
  const pages = readSourceFiles().filter(({ path }) => /^(app|components)\/.*\.tsx$/.test(path) && !/\.test\.tsx$/.test(path));
  expect(pages.length).toBeGreaterThan(100);
  expect(pages.flatMap(({ path, text }) => textsOf(text).map((one) => `${path}: ${one}`))).toEqual([]);
});

/** Prints by the machine's language and zone instead of the viewer's. */
const UNFORMATTED =
  /\.toLocale(?:Date|Time)?String\((?!'en-US')|\.toISOString\(|new Intl\.(?:DateTime|Number|RelativeTime|List)Format|\b[KMGT]B\b/;

test('dates, numbers and units of a page are printed by its formatters', () => {
  expect(UNFORMATTED.test('new Date(at).toLocaleString()')).toBe(true);
  expect(UNFORMATTED.test('(bytes / 1048576) + " MB"')).toBe(true);
  const pages = readSourceFiles().filter(
    ({ path }) => /^(app|components)\//.test(path) && !/^components\/i18n\/|language-guard\.ts$|\.test\.tsx?$/.test(path),
  );
  const found = pages.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .filter((line) => UNFORMATTED.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
