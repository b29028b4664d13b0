/** From the request of an operation to the id of its savepoint in Flink. */
import { createHash } from 'node:crypto';

/**
 * `requestId` is `<operation>:<fencing token>`. The token changes with whoever gives the order, the operation does not: an order given again after a
 * crash is the same savepoint. 32 hexadecimal digits.
 */
export function triggerIdOf(requestId: string): string {
  const operation = requestId.replace(/:\d+$/, '');
  return createHash('sha256').update(operation).digest('hex').slice(0, 32);
}
