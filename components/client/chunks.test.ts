/** Acts on more jobs than one request may name. */
import { expect, it } from 'vitest';
import { actInChunks, type Progress } from './chunks.ts';
import { ApiError } from './request.ts';

const ids = Array.from({ length: 250 }, (_, index) => index + 1);
const words = (error: unknown) => `Not done: ${(error as Error).message}`;
const accepted = (jobId: number) => ({ jobId, outcome: 'accepted' as const, operationId: null, code: null, message: '', said: [] });

it('tells each job, and how far it is', async () => {
  const told: Progress[] = [];
  const sizes: number[] = [];
  const send = async (part: number[]) => {
    sizes.push(part.length);
    return part.map(accepted);
  };
  const results = await actInChunks(
    ids,
    (id) => id,
    send,
    (progress) => told.push(progress),
    words,
  );
  expect([results.length, sizes]).toEqual([250, [100, 100, 50]]);
  expect(told.map(({ done, total }) => `${done}/${total}`)).toEqual(['100/250', '200/250', '250/250']);
});

it('a failure on the way leaves what was done in sight, and says of the rest why it was not', async () => {
  const send = async (part: number[]) => {
    if (part[0] === 101) throw new ApiError('offline', 0, 'The server did not answer.', '', null);
    return part.map(accepted);
  };
  const results = await actInChunks(
    ids,
    (id) => id,
    send,
    () => {},
    words,
  );
  expect(results).toHaveLength(250);
  expect(results.filter((one) => one.outcome === 'accepted').map((one) => one.jobId)).toEqual(ids.slice(0, 100));
  expect(results[249]).toMatchObject({ jobId: 250, outcome: 'refused', message: 'Not done: The server did not answer.' });
});

it('a failure before anything was done is thrown', async () => {
  const send = () => Promise.reject(new ApiError('offline', 0, 'The server did not answer.', '', null));
  await expect(
    actInChunks(
      ids,
      (id) => id,
      send,
      () => {},
      words,
    ),
  ).rejects.toThrow('did not answer');
});
