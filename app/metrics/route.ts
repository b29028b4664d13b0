import { answers } from '../answers.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

export const GET = (request: Request): Promise<Response> => answers().metrics(request);
