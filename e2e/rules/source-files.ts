/** Reads the project's own sources and their imports, type-only ones included, for the tests of this folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Import {
  /** Path from the project's root, or the package's name. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly line: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const SOURCE = /\.(ts|tsx|mjs)$/;
const GENERATED = /^(e2e\/sql\/corpus|server\/db\/generated|prisma\/migrations|node_modules|\.next)\//;
/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`; the formatter leaves no other spelling. */
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function resolveTarget(from: string, specifier: string): Import['target'] {
  const path = normalize(join(dirname(from), specifier));
  if (existsSync(join(root, path)) && SOURCE.test(path)) return path;
  for (const end of ['.ts', '.tsx', '/index.ts']) if (existsSync(join(root, path + end))) return path + end;
  return path;
}

/** Comments become blanks, lines stay where they are. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/^\s*\/\/.*$/gm, '');
}

export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(IMPORT)].map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3]) as string;
    const isPackage = !specifier.startsWith('.');
    const line = code.slice(0, match.index).split('\n').length;
    return { target: isPackage ? specifier : resolveTarget(path, specifier), isPackage, line };
  });
}

export function readSourceFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed
    .split('\n')
    .filter((path) => SOURCE.test(path) && !GENERATED.test(path) && existsSync(join(root, path)))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path: relative('.', path), text, imports: importsOf(path, text) };
    });
}
