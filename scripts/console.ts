/**
 * The console's process: Next.js behind a plain HTTP server. The launcher (scripts/start.ts, scripts/dev.ts) forks it and may restart it at
 * any time; no job lives here. It ends when the launcher is gone.
 *   node scripts/console.ts [--dev]      PORT and HOST from the environment
 */
import { createServer } from 'node:http';
import next from 'next';
import { parseTrustedProxies, settleForwarding } from '../server/http/trusted-proxies.ts';
import { projectRoot } from './bootstrap.mjs';

const dev = process.argv.includes('--dev');
const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.HOST ?? '127.0.0.1';

const app = next({ dev, dir: projectRoot, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const upgrade = app.getUpgradeHandler();
const isTrusted = parseTrustedProxies(process.env.TIDEMARK_TRUSTED_PROXIES ?? '') ?? (() => false);
const server = createServer((request, response) => {
  settleForwarding(request.headers, request.socket.remoteAddress ?? '', isTrusted);
  void handle(request, response);
});
server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head));
server.on('error', (error: NodeJS.ErrnoException) => {
  const why = error.code === 'EADDRINUSE' ? `Port ${port} of ${hostname} is in use. Set PORT to a free one.` : error.message;
  process.send?.({ type: 'refused', message: why });
  process.exit(2);
});
server.listen(port, hostname, () => process.send?.({ type: 'ready' }));

let isStopping = false;
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => {
    server.closeAllConnections();
    process.exit(0);
  }, 1_500).unref();
}
process.on('SIGTERM', stop);
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
