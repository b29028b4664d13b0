/** `filesystem`: files in a local folder or a bucket, as source and as sink. */
import type { Connector } from '../contract.ts';
import { describeFilesystem } from './describe.ts';

export const filesystemConnector: Connector = { name: 'filesystem', describe: describeFilesystem };
