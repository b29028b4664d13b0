/**
 * Where a request comes from. What a peer says in X-Forwarded-* counts only when the peer is a trusted proxy (TIDEMARK_TRUSTED_PROXIES: addresses and
 * networks, none by default): then the client is the last address of the list that is no trusted proxy itself. From anybody else these headers are
 * dropped, so that limits by address and the audit log hold the address of the connection.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';

export type IsTrusted = (address: string) => boolean;

const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'] as const;

const bare = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0] ?? '';

/** Null when an entry is neither an address nor a network. */
export function parseTrustedProxies(text: string): IsTrusted | null {
  const list = new BlockList();
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || length < 0 || length > most) return null;
    list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => isIP(bare(address)) !== 0 && list.check(bare(address), isIPv4(bare(address)) ? 'ipv4' : 'ipv6');
}

/** Leaves in `headers` what may be believed; `x-forwarded-for` is the client's address alone. */
export function settleForwarding(headers: IncomingHttpHeaders, peer: string, isTrusted: IsTrusted): void {
  const said = headers['x-forwarded-for'];
  if (!isTrusted(peer)) for (const name of FORWARDED) delete headers[name];
  const hops = isTrusted(peer) && typeof said === 'string' ? said.split(',').map((hop) => bare(hop.trim())) : [];
  let client = bare(peer);
  while (hops.length > 0 && isTrusted(client)) {
    const hop = hops.pop() ?? '';
    if (isIP(hop) === 0) break;
    client = hop;
  }
  headers['x-forwarded-for'] = client;
}
