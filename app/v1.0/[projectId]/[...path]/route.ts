/** All of the DLI-compatible API: server/dli/dispatch.ts answers. */
import { answers } from '../../../answers.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

const answer = (request: Request): Promise<Response> => answers().dli(request);

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
