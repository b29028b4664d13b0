/** Requests that name many jobs, in portions of the API's limit: one after the other, so that a long list does not crowd out others. */
export const CHUNK = 100;

export async function inChunks<T, A>(items: readonly T[], send: (part: T[]) => Promise<readonly A[]>): Promise<A[]> {
  const answers: A[] = [];
  for (let from = 0; from < items.length; from += CHUNK) answers.push(...(await send(items.slice(from, from + CHUNK))));
  return answers;
}
