import { prometheus } from '../../server/http/prometheus.ts';
import { getConsole } from '../../server/services/console.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

export async function GET(request: Request): Promise<Response> {
  return prometheus(await getConsole(), request);
}
