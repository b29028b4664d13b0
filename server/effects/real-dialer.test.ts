import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './address-policy.ts';
import { createDialer } from './real-dialer.ts';

const strict = { allowPrivateAddresses: false };
const open = { allowPrivateAddresses: true };

describe('address policy', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    '::1',
    'fe80::1',
    'fd12::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '2002:c0a8:101::1',
    '0.0.0.0',
    '::',
  ])('refuses %s', (address) => {
    expect(refusalOf('host', address, strict)).not.toBeNull();
  });
  it.each(['8.8.8.8', '2001:4860:4860::8888', '::ffff:8.8.8.8', '64:ff9b::808:808', '172.32.0.1'])('allows %s', (address) => {
    expect(refusalOf('host', address, strict)).toBeNull();
  });
  it.each(['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '100.100.100.200', 'fd00:ec2::254', '224.0.0.1'])(
    'refuses %s also where private addresses are allowed',
    (address) => {
      expect(refusalOf('host', '10.0.0.1', open)).toBeNull();
      expect(refusalOf('host', address, open)).not.toBeNull();
    },
  );
  it('opens what the allow-list names, and nothing beside it', () => {
    const policy = { ...strict, allowList: ['10.1.0.0/16', '*.corp', 'broker.local'] };
    expect(refusalOf('x', '10.1.9.9', policy)).toBeNull();
    expect(refusalOf('x', '::ffff:10.1.9.9', policy)).toBeNull();
    expect(refusalOf('x', '10.2.0.1', policy)).not.toBeNull();
    expect(refusalOf('a.corp', '10.2.0.1', policy)).toBeNull();
    expect(refusalOf('corp', '10.2.0.1', policy)).not.toBeNull();
    expect(refusalOf('evilcorp', '10.2.0.1', policy)).not.toBeNull();
    expect(refusalOf('BROKER.local', '127.0.0.1', policy)).toBeNull();
  });
});

describe('dialer', () => {
  it('refuses a name when any one of its addresses is private', async () => {
    const dialer = createDialer(strict, async () => ['8.8.8.8', '127.0.0.1']);
    await expect(dialer.connect({ host: 'rebind.example', port: 1, timeoutMs: 1000 })).rejects.toMatchObject({
      reason: 'refused-by-policy',
    });
    await expect(dialer.resolve('rebind.example')).rejects.toMatchObject({ reason: 'refused-by-policy' });
  });

  it('resolves once and connects to an address it checked, trying the next when one is down', async () => {
    const server = createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let resolutions = 0;
    const dialer = createDialer(open, async () => {
      resolutions++;
      return ['127.0.0.2', '127.0.0.1'];
    });
    const socket = await dialer.connect({ host: 'service.example', port, timeoutMs: 5000 });
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(resolutions).toBe(1);
    socket.destroy();
    server.close();
    await expect(dialer.connect({ host: 'service.example', port, timeoutMs: 5000 })).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
