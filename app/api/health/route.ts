import { health } from '../../../server/http/health.ts';
import { getConsole } from '../../../server/services/console.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

export async function GET(): Promise<Response> {
  return health(await getConsole());
}
