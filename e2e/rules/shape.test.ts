import { describe, expect, it } from 'vitest';
import { longFunctions } from './long-functions.ts';
import { readSourceFiles, withoutComments } from './source-files.ts';

const files = readSourceFiles();
const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const NEXT_FILES = /^(app\/|next\.config|postcss\.config|proxy\.ts|vitest\.[a-z.]*config|playwright\.config|e2e\/.*config)/;

describe('shape of the sources', () => {
  it(`no file is over ${FILE_LINES_MAX} lines`, () => {
    const long = files
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
      .filter((file) => file.lines > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });

  it(`no function is over ${FUNCTION_LINES_MAX} lines`, () => {
    const long = files
      .filter((file) => !/\.test\.tsx?$|\.spec\.ts$/.test(file.path))
      .flatMap((file) => longFunctions(file.text, FUNCTION_LINES_MAX).map((one) => `${file.path}:${one.line} has ${one.length} lines`));
    expect(long).toEqual([]);
  });

  it('measures functions', () => {
    const body = Array.from({ length: 80 }, () => '  x();').join('\n');
    expect(longFunctions(`function a() {\n${body}\n}\nconst b = () => {\n  y();\n};\n`, 70)).toEqual([{ line: 1, length: 82 }]);
  });

  it('names are kebab-case nouns, not drawers', () => {
    const bad = files.filter(
      (file) =>
        /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|-)/i.test(file.path) ||
        /(^|\/)[^/]*[A-Z][^/]*\.(ts|mjs)$/.test(file.path.replace(/\[[^\]]*\]/g, '')),
    );
    expect(bad.map((file) => file.path)).toEqual([]);
  });

  it('opens with a comment that says what the file is', () => {
    const silent = files.filter(
      (file) =>
        !/\.(test|spec)\.tsx?$/.test(file.path) &&
        !/^app\//.test(file.path) &&
        !/^(#![^\n]*\n)?('use client';\n+)?\s*(\/\*\*|\/\/)/.test(file.text),
    );
    expect(silent.map((file) => file.path)).toEqual([]);
  });

  it('has no any, no default export, no focused or skipped test', () => {
    const forbidden = /(:\s*any\b(?!\.)|\bas any\b|<any>|\b(?:it|test|describe)\.(?:skip|only|todo|fixme)\()/;
    const bad = files
      .filter((file) => !file.path.startsWith('e2e/rules/'))
      .flatMap((file) =>
        withoutComments(file.text)
          .split('\n')
          .map((line, index) => ({ at: `${file.path}:${index + 1}`, line, path: file.path })),
      )
      .filter(({ line, path }) => forbidden.test(line) || (/^export default /.test(line) && !NEXT_FILES.test(path)));
    expect(bad.map((one) => `${one.at} ${one.line.trim()}`)).toEqual([]);
  });

  it('switches no type check off, and a lint rule only with its reason', () => {
    // Directives are comments, so they are looked for in the whole text.
    const directive = /@ts-ignore|@ts-expect-error|@ts-nocheck|eslint-disable|biome-ignore(?!-?\w* lint\/\w+\/\w+: \S.{14,})/;
    expect(directive.test(`// biome-${'ignore'} lint/a11y/useX: the control is the radio inside.`)).toBe(false);
    expect(directive.test(`// biome-${'ignore'} lint/a11y/useX`)).toBe(true);
    const bad = files
      .filter((file) => !file.path.startsWith('e2e/rules/'))
      .flatMap((file) => file.text.split('\n').map((line, index) => ({ at: `${file.path}:${index + 1}`, line })));
    expect(bad.filter(({ line }) => directive.test(line)).map((one) => `${one.at} ${one.line.trim()}`)).toEqual([]);
  });
});
