import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobServerEvent } from '../contract/events.ts';
import { SupervisorClient } from './client.ts';
import { EventServer, eventSocketAddress } from './events.ts';
import { until } from './supervisor-fixture.ts';

const EVENT: JobServerEvent = { type: 'rows', jobId: 1, table: 't', lines: ['+I[1]'] };

describe('socket between supervisor and console', () => {
  let dataDir: string;
  const open: { close(): void }[] = [];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tidemark-events-'));
  });
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function server(onWake = () => {}): Promise<EventServer> {
    const made = new EventServer('the secret', onWake);
    await made.listen(eventSocketAddress(dataDir));
    open.push(made);
    return made;
  }

  it('brings events and wakes, and connects again when the supervisor was away', async () => {
    let wakes = 0;
    let stored = 0;
    const got: JobServerEvent[] = [];
    const first = await server(() => wakes++);
    const client = new SupervisorClient({ address: eventSocketAddress(dataDir), secret: 'the secret', onStored: () => stored++ });
    open.push(client);
    client.subscribe((event) => got.push(event));
    await until('connected', async () => client.isConnected(), Boolean);
    first.publish(EVENT);
    client.wake();
    await until(
      'both',
      async () => [got.length, wakes],
      ([events, woken]) => events === 1 && woken === 1,
    );
    expect(got).toEqual([EVENT]);
    const before = stored;
    first.stored();
    first.stored();
    await until(
      'told once',
      async () => stored,
      (times) => times === before + 1,
    );

    first.close();
    await until('lost', async () => !client.isConnected(), Boolean);
    const second = await server();
    await until('connected again', async () => client.isConnected(), Boolean);
    second.publish(EVENT);
    await until(
      'event of the second',
      async () => got.length,
      (count) => count === 2,
    );
  });

  it('tells nothing to who does not know the secret, and is for this user only', async () => {
    const made = await server();
    const address = eventSocketAddress(dataDir);
    expect(statSync(address).mode & 0o077).toBe(0);
    for (const first of ['{"kind":"hello","secret":"the secreT"}\n', '{"kind":"wake"}\n', 'null\n']) {
      let heard = '';
      await new Promise<void>((resolve) => {
        const socket = connect(address, () => socket.write(first));
        socket.on('data', (bytes) => {
          heard += String(bytes);
        });
        socket.on('close', () => resolve());
        made.publish(EVENT);
      });
      expect(heard).toBe('');
    }
  });
});
