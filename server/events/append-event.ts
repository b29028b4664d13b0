/** Writes a durable event in the transaction of the change it tells of. Console and supervisor both use it. */
import { type JobServerEvent, TRANSIENT_EVENTS } from '../contract/events.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';

/** `atMs` is the time of the change. Transient events are not written: send them over the supervisor's socket. */
export async function appendEvent(database: DatabaseOrTransaction, event: JobServerEvent, atMs: number): Promise<void> {
  if (TRANSIENT_EVENTS.has(event.type)) throw new Error(`an event of type ${event.type} is transient and is not stored`);
  const jobId = event.type === 'job-added' ? event.job.id : event.jobId;
  await database.streamEvent.create({ data: { at: new Date(atMs), jobId, type: event.type, payloadJson: JSON.stringify(event) } });
}
