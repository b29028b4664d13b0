/**
 * What stands before a Flink cluster in companies: a reverse proxy that ends TLS, wants a user and password, and passes what it lets in to the
 * JobManager or the SQL Gateway.
 */
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';
import type { FlinkCluster } from './flink.ts';

export interface FlinkGate {
  readonly rest: string;
  readonly gateway: string;
  /** PEM of its authority. */
  readonly ca: string;
  /** Requests that were let in, and that were not. */
  readonly counts: { passed: number; refused: number };
  close(): Promise<void>;
}

export interface GateAccount {
  readonly user: string;
  readonly password: string;
}

export async function startGate(folder: string, cluster: Pick<FlinkCluster, 'rest' | 'gateway'>, account: GateAccount): Promise<FlinkGate> {
  const { ca, key, cert } = makeCertificate(folder);
  const counts = { passed: 0, refused: 0 };
  const wanted = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
  const before = (target: string): Server =>
    createServer({ key, cert }, (asked, answer) => {
      if (asked.headers.authorization !== wanted) {
        counts.refused++;
        asked.resume();
        answer.writeHead(401, { 'www-authenticate': 'Basic realm="flink"' }).end('Unauthorized');
        return;
      }
      counts.passed++;
      const { authorization: _held, host: _host, ...headers } = asked.headers;
      const url = new URL(asked.url ?? '/', target);
      // Each request on a connection of its own: Flink closes idle ones while a proxy would still use them.
      const behind = request(url, { method: asked.method, headers, agent: false }, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      behind.on('error', () => answer.writeHead(502).end('Bad Gateway'));
      asked.pipe(behind);
    });
  const open = async (target: string) => {
    const server = before(target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const [rest, gateway] = [await open(cluster.rest), await open(cluster.gateway)];
  const end = (server: Server) =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    rest: rest.url,
    gateway: gateway.url,
    ca,
    counts,
    close: async () => void (await Promise.all([rest, gateway].map((one) => end(one.server)))),
  };
}
