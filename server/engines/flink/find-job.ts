/**
 * A run's job in a cluster: known by its id, or by the label in its name when it lives under another one. Several live jobs of one label are copies that
 * somebody submitted by hand, and all write the results: people are told, the console's own stays the one that is watched, and among strangers
 * none is chosen.
 */
import { type JobManager, TERMINAL } from './job-manager.ts';

export type FoundJob =
  | { readonly kind: 'none' }
  /** Live, or ended and still known. */
  | { readonly kind: 'one'; readonly id: string }
  /** None of them has the id. */
  | { readonly kind: 'several'; readonly ids: readonly string[] };

/** Ids of live jobs that bear the label. */
export async function liveCopies(jobManager: JobManager, label: string): Promise<readonly string[]> {
  return (await jobManager.jobs()).filter((one) => one.name.includes(label) && !TERMINAL.has(one.state)).map((one) => one.jid);
}

/** `id`: what the job should have. */
export async function findJob(jobManager: JobManager, id: string, label: string): Promise<FoundJob> {
  const ids = await liveCopies(jobManager, label);
  if (ids.includes(id)) return { kind: 'one', id };
  if (ids.length > 1) return { kind: 'several', ids };
  if (ids[0] !== undefined) return { kind: 'one', id: ids[0] };
  return (await jobManager.job(id)) === null ? { kind: 'none' } : { kind: 'one', id };
}

export function severalCopies(cluster: string, ids: readonly string[]): string {
  return `The Flink cluster ${cluster} runs this run more than once, as jobs ${ids.join(', ')}: results are written more than once. Cancel all but one of them there.`;
}

/** Tells of copies once, and again when they are others. */
export class CopyWatch {
  readonly #jobManager: JobManager;
  readonly #cluster: string;
  readonly #label: string;
  #told = '';

  constructor(jobManager: JobManager, cluster: string, label: string) {
    this.#jobManager = jobManager;
    this.#cluster = cluster;
    this.#label = label;
  }

  async news(): Promise<string | null> {
    const ids = await liveCopies(this.#jobManager, this.#label);
    const now = ids.length > 1 ? ids.join() : '';
    const isNew = now !== '' && now !== this.#told;
    this.#told = now;
    return isNew ? severalCopies(this.#cluster, ids) : null;
  }
}
