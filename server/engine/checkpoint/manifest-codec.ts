/**
 * Bytes of a manifest, as manifest.ts says: magic (8), length (4, big-endian), JSON, SHA-256 of the JSON (32), and nothing behind it.
 * Every cut and every changed byte is told: the magic and the length by themselves, the rest by the digest.
 */
import { createHash } from 'node:crypto';
import { MANIFEST_MAGIC, type Manifest } from './manifest.ts';
import { manifestSchema } from './manifest-schema.ts';
import { decodeJson, encodeJson } from './value-json.ts';

const HEADER_BYTES = 12;
const DIGEST_BYTES = 32;
/** First four bytes of Flink's `_metadata` (Checkpoints.HEADER_MAGIC_NUMBER). */
const FLINK_MAGIC = 0x4960672d;

export type DecodedManifest =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  /** Written by Apache Flink; `version` is its metadata format. */
  | { readonly kind: 'flink'; readonly version: number | null }
  | { readonly kind: 'broken'; readonly reason: string };

export function encodeManifest(manifest: Manifest): Uint8Array {
  const json = Buffer.from(encodeJson(manifest), 'utf8');
  const bytes = Buffer.alloc(HEADER_BYTES + json.length + DIGEST_BYTES);
  bytes.write(MANIFEST_MAGIC, 0, 'latin1');
  bytes.writeUInt32BE(json.length, MANIFEST_MAGIC.length);
  json.copy(bytes, HEADER_BYTES);
  createHash('sha256')
    .update(json)
    .digest()
    .copy(bytes, HEADER_BYTES + json.length);
  return bytes;
}

export function decodeManifest(bytes: Uint8Array): DecodedManifest {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length >= 4 && view.readUInt32BE(0) === FLINK_MAGIC) {
    return { kind: 'flink', version: view.length >= 8 ? view.readInt32BE(4) : null };
  }
  if (view.length < HEADER_BYTES) return broken(`it has ${view.length} bytes, too few for a manifest`);
  if (view.toString('latin1', 0, MANIFEST_MAGIC.length) !== MANIFEST_MAGIC) return broken('it does not begin as a manifest does');
  const length = view.readUInt32BE(MANIFEST_MAGIC.length);
  const expected = HEADER_BYTES + length + DIGEST_BYTES;
  if (view.length !== expected) return broken(`it has ${view.length} bytes where its header says ${expected}`);
  const json = view.subarray(HEADER_BYTES, HEADER_BYTES + length);
  if (
    !createHash('sha256')
      .update(json)
      .digest()
      .equals(view.subarray(HEADER_BYTES + length))
  )
    return broken('its checksum is wrong');
  return readBody(json);
}

function readBody(json: Buffer): DecodedManifest {
  let body: unknown;
  try {
    body = decodeJson(json.toString('utf8'));
  } catch {
    return broken('its content is no JSON');
  }
  const version = (body as { version?: unknown } | null)?.version;
  const parsed = manifestSchema.safeParse(body);
  if (parsed.success) return { kind: 'manifest', manifest: parsed.data as unknown as Manifest };
  const issue = parsed.error.issues[0];
  const where = issue ? `${issue.path.join('.') || 'top level'}: ${issue.message}` : 'unknown';
  return broken(`its content is not what version ${String(version)} of a manifest holds (${where})`);
}

function broken(reason: string): DecodedManifest {
  return { kind: 'broken', reason };
}
