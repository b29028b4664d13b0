/** A certificate of 127.0.0.1 and localhost, signed by an authority of its own; made by openssl. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnce } from './process.ts';

export interface TestCertificate {
  /** PEM of the authority, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

export function makeCertificate(folder: string): TestCertificate {
  mkdirSync(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  const subject = (name: string): string[] => ['-subj', `/CN=${name}`];
  runOnce('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', file('ca.key'), '-out', file('ca.pem')],
    ...subject('Tidemark test authority'),
  ]);
  runOnce('openssl', [
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('server.key'), '-out', file('server.csr')],
    ...subject('localhost'),
  ]);
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  runOnce('openssl', [
    ...['x509', '-req', '-days', '2', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-extfile', file('names'), '-out', file('server.pem')],
  ]);
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  return { ca: read('ca.pem'), caFile: file('ca.pem'), key: read('server.key'), cert: read('server.pem') };
}
