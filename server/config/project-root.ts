/** The folder of the project: migrations and static files are found from it. Bundled code cannot tell it from its own address. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** TIDEMARK_ROOT, or the nearest folder from the working directory upwards that holds prisma/migrations. */
export function projectRoot(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment.TIDEMARK_ROOT) return resolve(environment.TIDEMARK_ROOT);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'prisma', 'migrations'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No Tidemark project is at or above ${process.cwd()}; set TIDEMARK_ROOT.`);
  }
}
