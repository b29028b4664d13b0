/** What names a sink for ever, over all attempts of its job: what it leaves outside is known by it (abandoned-parts.ts). */
import { createHash } from 'node:crypto';
import type { SinkOwner } from '../connectors/contract.ts';
import type { RunSpec } from './wire.ts';

const ID_DIGITS = 16;

/** Without a checkpoint directory runs are not fenced, so that none may touch what another left. */
export function ownersOf(spec: RunSpec): ((uid: string) => SinkOwner) | null {
  const { directory } = spec.checkpoint;
  if (directory === null) return null;
  const { generation, jobId } = spec;
  return (uid) => {
    const id = createHash('sha256')
      .update(JSON.stringify([directory, jobId, uid]))
      .digest('hex')
      .slice(0, ID_DIGITS);
    return { id, generation };
  };
}
