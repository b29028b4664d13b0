/** docs/dli-coverage.md names files and tests: each is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'dli-coverage.md'), 'utf8');
const PATH = /`((?:app|components|server|e2e|docs|scripts|prisma)\/[^`]*)`/g;
/** A path, and the titles behind it. */
const TESTS = /`([^`]+\.(?:test|spec)\.ts)` ((?:“[^”]*”(?: and )?)+)/g;

describe('the table of what of DLI is here', () => {
  it('names files that are there', () => {
    const paths = [...text.matchAll(PATH)].map((match) => match[1] as string);
    expect(paths.length).toBeGreaterThan(100);
    expect([...new Set(paths)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names tests that are there', () => {
    const named = [...text.matchAll(TESTS)].flatMap(([, path, titles]) =>
      [...(titles as string).matchAll(/“([^”]*)”/g)].map((title) => ({ path: path as string, title: title[1] as string })),
    );
    expect(named.length).toBeGreaterThan(80);
    const gone = named.filter(({ path, title }) => {
      if (title === '' || !existsSync(join(root, path))) return true;
      return !readFileSync(join(root, path), 'utf8').replaceAll("\\'", "'").includes(title);
    });
    expect(gone.map(({ path, title }) => `${path} “${title}”`)).toEqual([]);
  });

  it('has a row for every numbered item, and says why where something is left out', () => {
    const numbers = ['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '2.1', '2.2', '2.3', '2.6', '2.7', '2.8', '2.9', '2.10', '2.11', '2.12'];
    const others = ['3.1', '3.2', '4.1', '4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8', '4.9', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6'];
    const rest = ['6.1', '6.2', '6.3', '6.4', '6.5', '6.6', '6.7', '6.8'];
    expect([...numbers, ...others, ...rest].filter((number) => !text.includes(`\n| ${number} `))).toEqual([]);
    const rows = text.split('\n').filter((line) => /^\| (?!DLI|---)/.test(line));
    const silent = rows.filter((row) => {
      const [item, screen, test, differs] = row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()) as string[];
      return item !== undefined && (screen === '–' || test === '–') && (differs === undefined || differs === '–');
    });
    expect(silent).toEqual([]);
  });
});
