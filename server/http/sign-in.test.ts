/** First set-up, sessions, tokens, limits on guessing, and that no secret is stored or told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser, ConsoleFixture, PASSWORD } from './console-fixture.ts';

let fixture: ConsoleFixture;
beforeEach(async () => {
  fixture = await ConsoleFixture.open();
});
afterEach(() => fixture.close());

const newcomer = (token: string | null) => ({ token: token ?? '', name: 'Li Wei', email: 'Li.Wei@Example.org', password: PASSWORD });

describe('first set-up', () => {
  it('takes the link once, within 30 minutes, and signs in', async () => {
    const browser = new Browser(fixture);
    expect((await browser.call('GET', '/setup')).body.needsSetup).toBe(true);
    expect((await browser.call('POST', '/setup', newcomer('x'.repeat(43)))).status).toBe(410);
    const made = await browser.call('POST', '/setup', newcomer(fixture.setupToken));
    expect([made.status, made.body.user.role, made.body.user.email]).toEqual([201, 'admin', 'li.wei@example.org']);
    expect((await browser.call('GET', '/session')).body.user.name).toBe('Li Wei');
    expect((await new Browser(fixture).call('POST', '/setup', newcomer(fixture.setupToken))).body.error.code).toBe('setup-done');
    expect((await browser.call('GET', '/setup')).body.needsSetup).toBe(false);
  });

  it('refuses a link that is older', async () => {
    fixture.clock.nowValue += 31 * 60_000;
    expect((await new Browser(fixture).call('POST', '/setup', newcomer(fixture.setupToken))).status).toBe(410);
    expect(await fixture.context.database.user.count()).toBe(0);
  });

  it('makes one administrator of two requests at once', async () => {
    const answers = await Promise.all([1, 2].map(() => new Browser(fixture).call('POST', '/setup', newcomer(fixture.setupToken))));
    expect(answers.map((answer) => answer.status).sort()).not.toEqual([201, 201]);
    expect(await fixture.context.database.user.count()).toBe(1);
  });
});

describe('sessions', () => {
  it('ends at sign-out, after two weeks without use, and when the user is disabled', async () => {
    const { browser, id } = await fixture.addUser('ann');
    const stolen = browser.cookie;
    expect((await browser.call('DELETE', '/session')).status).toBe(200);
    expect((await fixture.send(fixture.request('GET', '/session', undefined, { cookie: stolen }))).status).toBe(401);

    await browser.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD });
    fixture.clock.nowValue += 13 * 86_400_000;
    expect((await browser.call('GET', '/session')).status).toBe(200);
    fixture.clock.nowValue += 13 * 86_400_000;
    expect((await browser.call('GET', '/session')).status).toBe(200);
    fixture.clock.nowValue += 15 * 86_400_000;
    expect((await browser.call('GET', '/session')).status).toBe(401);

    await browser.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD });
    const admin = await fixture.addUser('root', 'admin');
    expect((await admin.browser.call('PATCH', `/users/${id}`, { isDisabled: true })).status).toBe(200);
    expect((await browser.call('GET', '/session')).status).toBe(401);
    expect((await browser.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD })).status).toBe(401);
    expect((await admin.browser.call('PATCH', `/users/${admin.id}`, { role: 'member' })).body.error.code).toBe('in-use');
  });

  it('sets a cookie that scripts and plain http cannot read on https', async () => {
    await fixture.addUser('ann');
    const request = fixture.request('POST', '/session', { email: 'ann@example.org', password: PASSWORD }, { 'x-forwarded-proto': 'https' });
    const cookie = (await fixture.send(request)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-tidemark=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
  });

  it('pauses after five wrong passwords, even for the right one', async () => {
    await fixture.addUser('ann');
    const browser = new Browser(fixture);
    const wrong = { email: 'ann@example.org', password: 'not it, not it' };
    const first = await browser.call('POST', '/session', wrong);
    expect(first.body.error.message).toBe('E-mail or password is wrong. 4 tries left, then a pause of 5 min.');
    for (let i = 0; i < 4; i++) await browser.call('POST', '/session', wrong);
    const paused = await browser.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD });
    expect([paused.status, paused.headers.get('retry-after')]).toEqual([429, '300']);
    fixture.clock.nowValue += 301_000;
    expect((await browser.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD })).status).toBe(201);
  });

  it('answers the same for an unknown account as for a wrong password', async () => {
    await fixture.addUser('ann');
    const unknown = await new Browser(fixture).call('POST', '/session', { email: 'nobody@example.org', password: PASSWORD });
    const wrong = await new Browser(fixture).call('POST', '/session', { email: 'ann@example.org', password: 'not it, not it' });
    expect(unknown.body.error.message).toBe(wrong.body.error.message);
  });
});

describe('tokens and keys', () => {
  it('lets a token in until it ends or is revoked, and never tells it again', async () => {
    const { browser } = await fixture.addUser('ann');
    const made = await browser.call('POST', '/account/tokens', { name: 'ci', expiresInDays: 1 });
    const authorization = `Bearer ${made.body.token}`;
    const list = () => fixture.send(fixture.request('GET', '/jobs', undefined, { authorization }));
    expect((await list()).status).toBe(200);
    // A token needs no Origin: no browser adds it by itself.
    expect((await fixture.send(fixture.request('POST', '/jobs', { name: 'by-script' }, { authorization }))).status).toBe(201);
    expect(JSON.stringify((await browser.call('GET', '/account/tokens')).body)).not.toContain(made.body.token);
    fixture.clock.nowValue += 86_400_001;
    expect((await list()).status).toBe(401);
    const lasting = await browser.call('POST', '/account/tokens', { name: 'long', expiresInDays: null });
    await browser.call('DELETE', `/account/tokens/${lasting.body.apiToken.id}`);
    const revoked = { authorization: `Bearer ${lasting.body.token}` };
    expect((await fixture.send(fixture.request('GET', '/jobs', undefined, revoked))).status).toBe(401);
  });

  it('stores no password, token or secret key as it is', async () => {
    const { browser } = await fixture.addUser('ann', 'admin');
    const token = (await browser.call('POST', '/account/tokens', { name: 'ci' })).body.token as string;
    const secretKey = (await browser.call('POST', '/account/access-keys')).body.secretKey as string;
    const { database } = fixture.context;
    const rows = await Promise.all([
      database.user.findMany(),
      database.session.findMany(),
      database.apiToken.findMany(),
      database.accessKey.findMany(),
      database.auditEntry.findMany(),
      database.setupToken.findMany(),
    ]);
    const stored = JSON.stringify(rows) + fixture.logged.join('\n');
    for (const secret of [PASSWORD, token, secretKey, browser.cookie.split('=')[1] ?? '', fixture.setupToken ?? '']) {
      expect(secret.length).toBeGreaterThan(10);
      expect(stored).not.toContain(secret);
    }
  });

  it('ends other sessions when the password changes', async () => {
    const { browser } = await fixture.addUser('ann');
    const elsewhere = new Browser(fixture);
    await elsewhere.call('POST', '/session', { email: 'ann@example.org', password: PASSWORD });
    expect((await browser.call('PUT', '/account/password', { current: 'wrong wrong wrong', next: 'another long one' })).status).toBe(401);
    expect((await browser.call('PUT', '/account/password', { current: PASSWORD, next: 'another long one' })).status).toBe(200);
    expect((await elsewhere.call('GET', '/session')).status).toBe(401);
    expect((await browser.call('GET', '/session')).status).toBe(200);
  });
});
