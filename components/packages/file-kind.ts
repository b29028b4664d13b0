/** What a chosen file is by its name, and a name for it that packages may have. */
import type { PackageKind } from '../../server/contract/packages.ts';

export function kindOfFile(fileName: string): PackageKind {
  if (/\.jar$/i.test(fileName)) return 'jar';
  return /\.(py|whl|egg)$/i.test(fileName) ? 'pyfile' : 'file';
}

/** Letters that a package name may not have become `-`. */
export const nameOfFile = (fileName: string): string =>
  fileName
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128);
