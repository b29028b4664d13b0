import { describe, expect, it } from 'vitest';
import { parseTrustedProxies, settleForwarding } from './trusted-proxies.ts';

function settled(trusted: string, peer: string, headers: Record<string, string>) {
  const given = { ...headers };
  settleForwarding(given, peer, parseTrustedProxies(trusted) ?? (() => true));
  return given;
}

describe('trusted proxies', () => {
  it('believe nobody by default', () => {
    const said = { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'x', host: 'h' };
    expect(settled('', '::ffff:9.9.9.9', said)).toEqual({ host: 'h', 'x-forwarded-for': '9.9.9.9' });
    expect(settled('10.0.0.0/8', '9.9.9.9', said)).toEqual({ host: 'h', 'x-forwarded-for': '9.9.9.9' });
  });

  it('give the last address that is no proxy, whatever a client put before it', () => {
    const said = { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.0.0.2', 'x-forwarded-proto': 'https' };
    expect(settled('10.0.0.0/8', '10.0.0.1', said)).toEqual({ 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' });
    expect(settled('10.0.0.0/8,1.2.3.4,6.6.6.6', '10.0.0.1', said)['x-forwarded-for']).toBe('6.6.6.6');
    expect(settled('10.0.0.0/8', '10.0.0.1', { 'x-forwarded-for': 'no address' })['x-forwarded-for']).toBe('10.0.0.1');
    expect(settled('::1', '::1', { 'x-forwarded-for': '2001:db8::7' })['x-forwarded-for']).toBe('2001:db8::7');
  });

  it('are addresses and networks only', () => {
    expect(['proxy.corp', '10.0.0.0/33', '10.0.0.0/x', '1.2.3'].map(parseTrustedProxies)).toEqual([null, null, null, null]);
  });
});
