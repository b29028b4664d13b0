/** GET /api/health, without sign-in: 200 when the database answers and the supervisor is connected, else 503. */
import type { ConsoleContext } from '../services/context.ts';

export async function health(context: ConsoleContext): Promise<Response> {
  let isDatabaseUp = true;
  try {
    await context.database.project.count();
  } catch {
    isDatabaseUp = false;
  }
  const ready = isDatabaseUp && context.supervisor.isConnected();
  const status = ready ? 'ok' : isDatabaseUp ? 'starting' : 'failing';
  return Response.json(
    { status, version: context.version, ready },
    { status: ready ? 200 : 503, headers: { 'cache-control': 'no-store' } },
  );
}
