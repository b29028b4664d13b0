/** All of /api/v1: server/http/dispatch.ts answers. */
import { dispatch } from '../../../../server/http/dispatch.ts';
import { getConsole } from '../../../../server/services/console.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

async function answer(request: Request): Promise<Response> {
  return dispatch(await getConsole(), request);
}

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
