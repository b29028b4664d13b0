/**
 * The application of a Flink Jar job: a package of the project, or an object of the store by its path. What the jar's own listing tells of its main
 * class is looked at before anything runs.
 */
import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import { type ObjectStore, StoreError } from '../storage/contract.ts';
import { parseObjectUri } from '../storage/object-key.ts';
import { statPackage } from './package-files.ts';

export interface FoundJar {
  /** `obs://…` */
  readonly uri: string;
  /** Of a package, lower-case hexadecimal; null = nobody said what it should be. */
  readonly sha256: string | null;
}

/** `reference` as a job's options write it. A sentence when it names nothing. */
export async function findJar(database: DatabaseOrTransaction, projectId: string, reference: string): Promise<FoundJar | string> {
  if (reference === '') return 'Choose the application: the jar is not set.';
  const file = await statPackage(database, projectId, reference);
  if (file) return { uri: file.path, sha256: file.sha256 };
  const place = parseObjectUri(reference);
  if (!/^[a-z0-9]+:\/\//.test(reference) || place.kind === 'invalid')
    return `There is no package ${reference}. Upload it, or write its path as obs://<bucket>/<path>.`;
  return { uri: `obs://${place.bucket}/${place.key}`, sha256: null };
}

/** Throws StoreError. */
export async function readJar(store: ObjectStore, jar: FoundJar): Promise<Uint8Array> {
  const place = parseObjectUri(jar.uri);
  if (place.kind === 'invalid') throw new StoreError('invalid-key', place.message);
  const bytes = await store.get({ bucket: place.bucket, key: place.key });
  if (jar.sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== jar.sha256) {
    throw new StoreError('corrupt', `${jar.uri} is not the file that was uploaded. Upload it again.`);
  }
  return bytes;
}

/** What keeps a jar from being run, as a sentence, or null. `mainClass` empty: the manifest's. */
export function jarProblem(bytes: Uint8Array, mainClass: string): string | null {
  let manifest = '';
  const classes = new Set<string>();
  try {
    const files = unzipSync(bytes, {
      filter: ({ name }) => {
        if (name.endsWith('.class')) classes.add(name.slice(0, -'.class'.length).replaceAll('/', '.'));
        return name === 'META-INF/MANIFEST.MF';
      },
    });
    manifest = Buffer.from(files['META-INF/MANIFEST.MF'] ?? []).toString('utf8');
  } catch {
    return 'The application is no jar: it cannot be read as a zip file.';
  }
  // A line of a manifest goes on behind a line end and a space.
  const unfolded = manifest.replace(/\r?\n /g, '');
  const named = mainClass || (/^(?:program-class|Main-Class):\s*(\S+)/m.exec(unfolded)?.[1] ?? '');
  if (named === '') return 'The jar names no main class in its manifest. Write the Main Class in the running parameters.';
  return classes.has(named) ? null : `The jar has no class ${named}. Check the Main Class in the running parameters.`;
}
