/** What a bulk act came to, for a toast: how many were accepted, and the first refusal in the server's words. */
import type { ActResult } from '../../server/contract/primitives.ts';

export interface ActOutcome {
  done: number;
  refused: readonly ActResult[];
}

export function outcomeOf(results: readonly ActResult[]): ActOutcome {
  const refused = results.filter((result) => result.outcome === 'refused');
  return { done: results.length - refused.length, refused };
}
