/**
 * Which IP addresses may be dialed. An address inside an IPv6 form (v4-mapped, v4-compatible, NAT64, 6to4) is judged by the IPv4
 * address it leads to. Metadata services of clouds and unroutable ranges are refused also where private addresses are allowed;
 * only the allow-list can open them. Sources: IANA special-purpose address registries, RFC 6052, RFC 3056.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

export interface AddressPolicy {
  readonly allowPrivateAddresses: boolean;
  /** Host names (`broker.corp`, `*.corp`), addresses and ranges (`10.1.0.0/16`) that may be dialed whatever their address is. */
  readonly allowList?: readonly string[];
}

const PRIVATE = rangesOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  '64:ff9b:1::/48',
]);
/** Metadata services (AWS and OpenStack, Alibaba, Oracle, AWS over IPv6), "this network", multicast, reserved, documentation. */
const NEVER = rangesOf([
  '169.254.169.254/32',
  '169.254.170.2/32',
  '100.100.100.200/32',
  '192.0.0.0/24',
  'fd00:ec2::254/128',
  '0.0.0.0/8',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'ff00::/8',
  '2001:db8::/32',
  '100::/64',
]);

function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, bits] = range.split('/') as [string, string];
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** Why the address may not be dialed for this host, or null when it may. */
export function refusalOf(host: string, address: string, policy: AddressPolicy): string | null {
  if (isIP(address) === 0) return 'is no IP address';
  const judged = embeddedIPv4(address) ?? address;
  if (isListed(host, judged, policy.allowList ?? [])) return null;
  if (isIn(NEVER, judged)) return 'is reserved or serves cloud metadata';
  if (!policy.allowPrivateAddresses && isIn(PRIVATE, judged)) return 'is private or local';
  return null;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function isListed(host: string, address: string, allowList: readonly string[]): boolean {
  const name = host.toLowerCase();
  return allowList.some((entry) => {
    const pattern = entry.trim().toLowerCase();
    if (pattern === '') return false;
    if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1;
    const [base, bits] = pattern.split('/') as [string, string | undefined];
    if (isIP(base) === 0) return pattern === name;
    if (isIPv4(base) !== isIPv4(address)) return false;
    return isIn(rangesOf([`${base}/${bits ?? (isIPv4(base) ? 32 : 128)}`]), address);
  });
}

/** The IPv4 address an IPv6 address leads to, or null. */
function embeddedIPv4(address: string): string | null {
  if (!isIPv6(address)) return null;
  const groups = groupsOf(address);
  const tail = (at: number): string => [groups[at]! >> 8, groups[at]! & 255, groups[at + 1]! >> 8, groups[at + 1]! & 255].join('.');
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  const isLoopbackOrAny = isZero(0, 7) && groups[7]! <= 1;
  if (isZero(0, 5) && groups[5] === 0xffff) return tail(6);
  if (isZero(0, 6) && !isLoopbackOrAny) return tail(6);
  if (groups[0] === 0x64 && groups[1] === 0xff9b && isZero(2, 6)) return tail(6);
  if (groups[0] === 0x2002) return tail(1);
  return null;
}

/** The eight 16-bit groups. `address` has passed isIPv6. */
function groupsOf(address: string): readonly number[] {
  const bare = address.split('%')[0] as string;
  const hex = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head, rest] = hex.split('::') as [string, string | undefined];
  const read = (text: string | undefined): number[] => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const left = read(head);
  const right = read(rest);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}
