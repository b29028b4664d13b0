/**
 * The dialer over the machine's network. It resolves a name once, refuses when any of its addresses is against the policy (so
 * a name that answers differently the next time gains nothing), and connects to the addresses it checked, in turn.
 */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type AddressPolicy, refusalOf } from './address-policy.ts';
import { DialError, type Dialer, type DialRequest } from './dialer.ts';

/** All addresses of a name, in the order to try them. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export function createDialer(policy: AddressPolicy, resolve: Resolve = resolveBySystem): Dialer {
  const addressesOf = (host: string): Promise<readonly string[]> => checkedAddresses(host, policy, resolve);
  return {
    async resolve(host) {
      return (await addressesOf(host))[0] as string;
    },
    async connect(request) {
      const addresses = await withDeadline(addressesOf(request.host), request);
      let failure: DialError | null = null;
      for (const address of addresses) {
        try {
          return await connectTo(address, request);
        } catch (error) {
          failure = error as DialError;
          if (failure.reason === 'tls') throw failure;
        }
      }
      throw failure as DialError;
    },
  };
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

async function checkedAddresses(host: string, policy: AddressPolicy, resolve: Resolve): Promise<readonly string[]> {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  let addresses: readonly string[];
  try {
    addresses = isIP(bare) === 0 ? await resolve(bare) : [bare];
  } catch (error) {
    throw new DialError('not-found', `The host name '${host}' cannot be resolved; check its spelling.`, { cause: error });
  }
  if (addresses.length === 0) throw new DialError('not-found', `The host name '${host}' has no address.`);
  for (const address of addresses) {
    const refusal = refusalOf(bare, address, policy);
    if (refusal !== null) {
      const what = address === bare ? `The address ${address}` : `The host '${host}' has the address ${address}, which`;
      throw new DialError('refused-by-policy', `${what} ${refusal}; an administrator can add it to the allow-list.`);
    }
  }
  return addresses;
}

function connectTo(address: string, request: DialRequest): Promise<Socket> {
  const target = `${request.host}:${request.port}`;
  return new Promise((resolve, reject) => {
    const { tls } = request;
    const socket = tls
      ? connectTls({ ...tls, host: address, port: request.port, ...servername(request) })
      : connectTcp({ host: address, port: request.port });
    const fail = (error: DialError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new DialError('timeout', `${target} did not answer within ${request.timeoutMs} ms.`)),
      request.timeoutMs,
    );
    socket.once('error', (error: NodeJS.ErrnoException) => fail(dialError(error, target, tls !== undefined)));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** The name the certificate must bear: the host's, never the address; IP hosts send none. */
function servername(request: DialRequest): { readonly servername?: string } {
  const name = request.tls?.servername ?? request.host;
  return isIP(name) === 0 ? { servername: name } : {};
}

function dialError(error: NodeJS.ErrnoException, target: string, isTls: boolean): DialError {
  const code = error.code ?? error.message;
  const isTransport = /^(ECONN|EHOST|ENET|ETIMEDOUT|EPIPE|EADDR|EACCES)/.test(code);
  if (isTls && !isTransport) return new DialError('tls', `TLS with ${target} failed: ${error.message}.`, { cause: error });
  if (code === 'ETIMEDOUT') return new DialError('timeout', `${target} did not answer.`, { cause: error });
  return new DialError('unreachable', `${target} cannot be reached (${code}).`, { cause: error });
}

async function withDeadline<T>(promise: Promise<T>, request: DialRequest): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DialError('timeout', `The host name '${request.host}' was not resolved within ${request.timeoutMs} ms.`)),
      request.timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
