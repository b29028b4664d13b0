/** The paths of the DLI-compatible API that begin with v3: server/dli/dispatch.ts answers. */
import { dispatchDli } from '../../../../server/dli/dispatch.ts';
import { getConsole } from '../../../../server/services/console.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

async function answer(request: Request): Promise<Response> {
  return dispatchDli(await getConsole(), request);
}

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
