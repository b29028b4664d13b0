/**
 * A gate in front of a real S3 server: open, full (what adds an object is answered as a server without room does, 507), or closed (connections
 * end at once). A full disk that any user can have.
 */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const FULL =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>InsufficientStorage</Code><Message>No space left on device</Message></Error>';

export class StoreGate {
  state: 'open' | 'full' | 'closed' = 'open';
  readonly #server: Server;

  constructor(targetPort: number) {
    this.#server = createServer((incoming, answer) => {
      incoming.on('error', () => {});
      answer.on('error', () => {});
      if (this.state === 'closed') {
        incoming.destroy();
        return;
      }
      if (this.state === 'full' && (incoming.method === 'PUT' || incoming.method === 'POST')) {
        incoming.resume();
        answer.writeHead(507, { 'content-type': 'application/xml' }).end(FULL);
        return;
      }
      const { method, url, headers } = incoming;
      const outgoing = request({ host: '127.0.0.1', port: targetPort, method, path: url, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      });
      outgoing.on('error', () => answer.destroy());
      incoming.pipe(outgoing);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
