/** How a record that cannot be read is told. */
import { DataError } from '../functions/contract.ts';

const RECORD_SHOWN_MAX = 300;
const textDecoder = new TextDecoder();

/** `Malformed JSON record: field 'id': 'x' is no whole number. Record: {"id":"x"}` */
export function recordError(kind: string, reason: string, data: Uint8Array, start: number, end: number): DataError {
  const shown = textDecoder.decode(data.subarray(start, Math.min(end, start + RECORD_SHOWN_MAX)));
  return new DataError(`Malformed ${kind} record: ${reason}. Record: ${shown}${end - start > RECORD_SHOWN_MAX ? '…' : ''}`);
}
