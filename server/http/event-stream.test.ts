/** Live events: what a change tells, resuming after a cut, and that nobody hears of jobs they may not see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, ConsoleFixture } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

let fixture: ConsoleFixture;
let ann: Browser;
let ben: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  ann = (await fixture.addUser('ann')).browser;
  ben = (await fixture.addUser('ben')).browser;
});
afterAll(() => fixture.close());

interface Heard {
  readonly id: string | null;
  readonly type: string;
  readonly data: { readonly type: string; readonly jobId?: number; readonly patch?: { readonly status?: string } };
}

class Listener {
  readonly heard: Heard[] = [];
  lastId = '';
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #cut = new AbortController();
  #text = '';

  private constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  static async open(browser: Browser, path = '/events', headers: Record<string, string> = {}): Promise<Listener> {
    const response = await dispatch(fixture.context, browser.request('GET', path, undefined, headers));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const listener = new Listener(response);
    await listener.until(() => listener.lastId !== '');
    return listener;
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error('the stream ended');
      this.#text += new TextDecoder().decode(value);
      const blocks = this.#text.split('\n\n');
      this.#text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const id = field('id');
    if (id !== null) this.lastId = id;
    const data = field('data');
    if (data !== null) this.heard.push({ id, type: field('event') ?? '', data: JSON.parse(data) });
  }

  async close(): Promise<void> {
    this.#cut.abort();
    await this.#reader.cancel();
  }
}

const create = async (browser: Browser, name: string): Promise<number> => (await browser.call('POST', '/jobs', { name })).body.job.id;

describe('events', () => {
  it('tells the owner and nobody else, and resumes without a gap or a repetition', async () => {
    const annHears = await Listener.open(ann);
    const benHears = await Listener.open(ben);
    const hers = await create(ann, 'hers');
    await annHears.until(() => annHears.heard.length === 1);
    expect(annHears.heard[0]).toMatchObject({ type: 'job-added', data: { job: { id: hers, name: 'hers' } } });
    const last = annHears.lastId;
    await annHears.close();

    await ann.call('PUT', `/jobs/${hers}/name`, { name: 'hers-renamed', description: '' });
    await ann.call('POST', '/jobs/start', { jobs: [{ jobId: hers }] });
    const again = await Listener.open(ann, '/events', { 'last-event-id': last });
    await again.until(() => again.heard.length >= 3);
    expect(again.heard.map((event) => event.type)).toEqual(['job-changed', 'job-changed', 'operation-progress']);
    expect(again.heard[1]?.data).toMatchObject({ patch: { status: 'job_submitting', name: 'hers-renamed' } });

    const his = await create(ben, 'his');
    await benHears.until(() => benHears.heard.length > 0);
    expect(benHears.heard.map((event) => event.type)).toEqual(['job-added']);
    expect(benHears.heard[0]?.data).toMatchObject({ job: { id: his } });
    await again.close();
    await benHears.close();
  });

  it('misses and repeats nothing of a burst in which it is cut off, again and again', async () => {
    const { database } = fixture.context;
    const job = await database.job.findFirstOrThrow({ where: { name: 'hers-renamed' } });
    const foreign = await database.job.findFirstOrThrow({ where: { name: 'his' } });
    const row = (jobId: number, status: string) => ({
      jobId,
      type: 'job-changed',
      payloadJson: JSON.stringify({ type: 'job-changed', jobId, patch: { status } }),
    });
    const told: string[] = [];
    let listener = await Listener.open(ann);
    let written = 0;
    for (let round = 0; round < 6; round++) {
      const burst = Array.from({ length: 400 }, () => row(job.id, String(written++)));
      await database.streamEvent.createMany({ data: burst.flatMap((own) => [own, row(foreign.id, 'hidden')]) });
      if (round % 2 === 0) fixture.context.events.nudge();
      // Some hear the beginning of the burst before they are cut off, some nothing of it.
      if (round % 3 !== 0) await listener.until(() => listener.heard.length > 0);
      const { lastId } = listener;
      told.push(...listener.heard.map((event) => event.data.patch?.status ?? ''));
      await listener.close();
      listener = await Listener.open(ann, '/events', { 'last-event-id': lastId });
    }
    await listener.until(() => told.length + listener.heard.length >= written);
    told.push(...listener.heard.map((event) => event.data.patch?.status ?? ''));
    expect(told).toEqual(Array.from({ length: written }, (_, index) => String(index)));
    await listener.close();
  });

  it('hears what another process wrote', async () => {
    const listener = await Listener.open(ann);
    const { database } = fixture.context;
    const job = await database.job.findFirstOrThrow({ where: { name: 'hers-renamed' } });
    const payload = { type: 'job-changed', jobId: job.id, patch: { status: 'job_running' } };
    await database.streamEvent.create({ data: { jobId: job.id, type: 'job-changed', payloadJson: JSON.stringify(payload) } });
    await listener.until(() => listener.heard.length > 0);
    expect(listener.heard[0]?.data).toEqual(payload);
    await listener.close();
  });

  it('sends metrics, log and rows only to streams of that job', async () => {
    const job = await fixture.context.database.job.findFirstOrThrow({ where: { name: 'hers-renamed' } });
    const general = await Listener.open(ann);
    const focused = await Listener.open(ann, `/events?jobId=${job.id}`);
    fixture.context.events.publish({ type: 'rows', jobId: job.id, table: 't', lines: ['+I[1]'] });
    await focused.until(() => focused.heard.length > 0);
    expect(focused.heard[0]).toMatchObject({ id: null, type: 'rows' });
    await create(ann, 'marker');
    await general.until(() => general.heard.length > 0);
    expect(general.heard.map((event) => event.type)).toEqual(['job-added']);
    await general.close();
    await focused.close();
  });

  it('says when it cannot resume', async () => {
    const { database } = fixture.context;
    const newest = await database.streamEvent.findFirstOrThrow({ orderBy: { id: 'desc' } });
    const ahead = await Listener.open(ann, `/events?lastEventId=${newest.id + 10}`);
    expect(ahead.heard[0]?.type).toBe('resync');
    await ahead.close();
    await database.streamEvent.deleteMany({ where: { id: { lt: newest.id } } });
    const behind = await Listener.open(ann, '/events?lastEventId=1');
    expect(behind.heard[0]?.type).toBe('resync');
    expect(behind.lastId).toBe(String(newest.id));
    await behind.close();
  });
});
