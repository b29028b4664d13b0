/**
 * Requests that name many jobs, in portions of the API's limit: one after the other, so that a long list does not crowd out others.
 *
 * Acts are told job by job whatever happens on the way: when a portion fails after another was done, its jobs and those not yet tried are refused
 * with the words of the failure, so that what was done is never lost from sight. When nothing was done the failure is thrown.
 */
import type { ActResult } from '../../server/contract/primitives.ts';

export const CHUNK = 100;

export async function inChunks<T, A>(items: readonly T[], send: (part: T[]) => Promise<readonly A[]>): Promise<A[]> {
  const answers: A[] = [];
  for (let from = 0; from < items.length; from += CHUNK) answers.push(...(await send(items.slice(from, from + CHUNK))));
  return answers;
}

/** How far an act on many jobs is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export async function actInChunks<T>(
  items: readonly T[],
  jobIdOf: (item: T) => number,
  send: (part: T[]) => Promise<readonly ActResult[]>,
  onProgress: (progress: Progress) => void,
  wordsOf: (error: unknown) => string,
): Promise<ActResult[]> {
  const results: ActResult[] = [];
  for (let from = 0; from < items.length; from += CHUNK) {
    try {
      results.push(...(await send(items.slice(from, from + CHUNK))));
    } catch (error) {
      if (results.length === 0) throw error;
      const message = wordsOf(error);
      for (const item of items.slice(from)) {
        results.push({ jobId: jobIdOf(item), outcome: 'refused', operationId: null, code: null, message, said: [] });
      }
      return results;
    }
    onProgress({ done: Math.min(items.length, from + CHUNK), total: items.length });
  }
  return results;
}
