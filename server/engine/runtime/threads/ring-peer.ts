/** For tests: the thread at the other end of a ring. It sends the messages of a seed, waiting for room as a subtask does, and then `end`. */
import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../../effects/random.ts';
import { ByteRing } from './byte-ring.ts';
import { Bells } from './doorbell.ts';
import { ALL_TYPES, randomMessage } from './random-messages.ts';
import { RingWriter } from './ring-channel.ts';

const { seed, messages, rowsMax, memory, bellMemory } = workerData as {
  readonly seed: number;
  readonly messages: number;
  readonly rowsMax: number;
  readonly memory: SharedArrayBuffer;
  readonly bellMemory: SharedArrayBuffer;
};
const bells = new Bells(bellMemory);
const writer = new RingWriter(new ByteRing(memory), ALL_TYPES, () => bells.ring(0));
const stop = bells.listen(1, () => writer.look());
// A pending waitAsync keeps no thread alive; the port does, until the other side has all.
parentPort?.once('message', () => stop());
const random = seededRandom(seed);
for (let i = 0; i < messages; i++) {
  writer.send(randomMessage(random, ALL_TYPES, rowsMax));
  await writer.whenRoom();
}
writer.send({ kind: 'end' });
