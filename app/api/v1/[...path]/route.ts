/** All of /api/v1: server/http/dispatch.ts answers. */
import { answers } from '../../../answers.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

const answer = (request: Request): Promise<Response> => answers().api(request);

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
