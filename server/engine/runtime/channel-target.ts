/**
 * A node's output into channels: rows go where the distribution says, everything else to all of them; but a latency marker to one that carries
 * rows, each in its turn, so that their number stays that of the sources however often rows are parted.
 */
import { copyBatch, createPartitioner } from '../operators/partition-batch.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { ChannelWriter } from './channel.ts';
import type { Distribution } from './job-graph.ts';
import type { Target } from './node-runner.ts';

export function channelTarget(
  distribution: Distribution,
  schema: RowSchema,
  keyGroups: number,
  channels: readonly ChannelWriter[],
): Target {
  const readers = distribution.kind === 'hash' || distribution.kind === 'broadcast' ? channels.length : 1;
  let turn = 0;
  return {
    batch: distribute(distribution, schema, keyGroups, channels),
    watermark: (watermarkMs) => sendAll(channels, { kind: 'watermark', watermarkMs }),
    idle: (isIdle) => sendAll(channels, { kind: 'idle', isIdle }),
    latency: (readMs) => {
      (channels[turn % readers] as ChannelWriter).send({ kind: 'latency', readMs });
      turn++;
    },
    splits: () => {},
    end: () => sendAll(channels, { kind: 'end' }),
  };
}

function sendAll(channels: readonly ChannelWriter[], message: Parameters<ChannelWriter['send']>[0]): void {
  for (const channel of channels) channel.send(message);
}

function distribute(
  distribution: Distribution,
  schema: RowSchema,
  keyGroups: number,
  channels: readonly ChannelWriter[],
): (batch: Batch) => void {
  const send = (channel: number, batch: Batch) => (channels[channel] as ChannelWriter).send({ kind: 'batch', batch });
  if (distribution.kind === 'hash') {
    const partition = createPartitioner(schema, distribution.keys, channels.length, keyGroups);
    return (batch) => partition(batch, send);
  }
  // A copy for each reader of a broadcast, since readers may work at different times. Forward and single have one reader of rows; further
  // channels of a forward edge, to subtasks that have no writer of their own, carry everything but rows.
  const readers = distribution.kind === 'broadcast' ? channels.length : 1;
  return (batch) => {
    for (let channel = 0; channel < readers; channel++) send(channel, copyBatch(batch, schema));
  };
}
