import { describe, expect, it } from 'vitest';
import { deterministicRooms, importRules, nondeterministic } from './import-rules.ts';
import { importsOf, readSourceFiles } from './source-files.ts';

const files = readSourceFiles();
const isTest = (path: string) => /\.test\.tsx?$|-harness\.ts$/.test(path);
const featureOf = (path: string) => /^components\/([^/]+)\//.exec(path)?.[1] ?? null;
const SHARED_COMPONENTS = new Set(['ui', 'client', 'shell', 'i18n', 'job']);
const connectorOf = (path: string) => /^server\/engine\/connectors\/([^/]+)\//.exec(path)?.[1] ?? null;

function cycles(): string[] {
  const graph = new Map(files.map((file) => [file.path, file.imports.filter((one) => !one.isPackage).map((one) => one.target)]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const target of graph.get(path) ?? []) if (graph.has(target)) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

describe('rooms', () => {
  it('sees the whole project', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(files.length);
  });

  it('recognises every spelling of an import', () => {
    const text =
      "import a from './a.ts';\nimport type { B } from './b.ts';\nexport { c } from './c.ts';\nimport './d.ts';\nconst e = await import('./e.ts');\nimport {\n  f,\n} from 'f';\n";
    expect(importsOf('server/x.ts', text).map((one) => one.target)).toEqual([
      'server/a.ts',
      'server/b.ts',
      'server/c.ts',
      'server/d.ts',
      'server/e.ts',
      'f',
    ]);
  });

  it('imports run one way', () => {
    const broken = files.flatMap((file) =>
      file.imports.flatMap((one) =>
        importRules
          .filter(
            (rule) =>
              rule.from.test(file.path) &&
              rule.forbidden.test(one.target) &&
              !rule.except?.test(one.target) &&
              !(isTest(file.path) && !one.isPackage),
          )
          .map((rule) => `${file.path}:${one.line} imports ${one.target}: ${rule.why}`),
      ),
    );
    expect(broken).toEqual([]);
  });

  it('a feature knows no other feature, a connector no other connector', () => {
    const broken = files.flatMap((file) =>
      file.imports
        .filter((one) => {
          const [from, to] = [featureOf(file.path), featureOf(one.target)];
          const foreignFeature = from !== null && to !== null && from !== to && !SHARED_COMPONENTS.has(to);
          const [left, right] = [connectorOf(file.path), connectorOf(one.target)];
          return foreignFeature || (left !== null && right !== null && left !== right);
        })
        .map((one) => `${file.path}:${one.line} imports ${one.target}`),
    );
    expect(broken).toEqual([]);
  });

  it('has no import cycle, type-only imports counted', () => {
    expect(cycles()).toEqual([]);
  });

  it('reads clock, randomness and process in the deterministic rooms only through effects', () => {
    const broken = files
      .filter((file) => deterministicRooms.test(file.path) && !isTest(file.path))
      .flatMap((file) =>
        file.text
          .split('\n')
          .map((line, index) => ({ line: line.replace(/\/\/.*$|^\s*\*.*$/, ''), at: `${file.path}:${index + 1}` }))
          .filter(({ line }) => nondeterministic.test(line))
          .map(({ at, line }) => `${at} ${line.trim()}`),
      );
    expect(broken).toEqual([]);
  });
});
