#!/usr/bin/env node
// Deterministic Nexmark event generator: JSON lines, no dependencies.
//
//   node nexmark-gen.mjs --events 10000000 --out $WORK/nexmark/10m-1 [--parts 1] [--seed 42] [--rate 10000]
//                        [--base 2026-01-01T00:00:00Z] [--only bid] [--flat]
//
// Follows the Nexmark model (1 person : 3 auctions : 46 bids, hot sellers/bidders/auctions, 100 auctions in
// flight, 1000 active people, log-uniform prices, average sizes 200/500/100 bytes before JSON).
// Event time advances 1/rate seconds per event, in order. With --parts N, event n goes to part (n mod N), so every
// part is in time order and the parts advance together. The event stream is the same for every N and every engine.
// Prints one JSON line: events, bytes, per-type counts and the sha256 of the whole stream (order of generation).
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: a } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    out: { type: 'string', default: '-' },
    parts: { type: 'string', default: '1' },
    seed: { type: 'string', default: '42' },
    rate: { type: 'string', default: '10000' },
    base: { type: 'string', default: '2026-01-01T00:00:00Z' },
    only: { type: 'string', default: '' },
    flat: { type: 'boolean', default: false },
  },
});
const EVENTS = Number(a.events),
  PARTS = Number(a.parts),
  RATE = Number(a.rate),
  BASE = Date.parse(a.base);

// sfc32, seeded through splitmix32: 32 bits a call, exact integer arithmetic, the same on every machine.
let s = Number(a.seed) >>> 0;
const mix = () => {
  s = (s + 0x9e3779b9) | 0;
  let t = s ^ (s >>> 16);
  t = Math.imul(t, 0x21f0aaad);
  t ^= t >>> 15;
  t = Math.imul(t, 0x735a2d97);
  return (t ^ (t >>> 15)) | 0;
};
let x = mix(),
  y = mix(),
  z = mix(),
  c = 1;
const u32 = () => {
  const t = (((x + y) | 0) + c) | 0;
  c = (c + 1) | 0;
  x = y ^ (y >>> 9);
  y = (z + (z << 3)) | 0;
  z = (z << 21) | (z >>> 11);
  z = (z + t) | 0;
  return t >>> 0;
};
for (let i = 0; i < 12; i++) u32();
const int = (n) => Math.floor((u32() / 4294967296) * n);
const pick = (xs) => xs[int(xs.length)];

// Prices are 100 * 10^(6u), u uniform. The table keeps them independent of the machine's pow().
const PRICE = new Float64Array(1 << 16);
{
  let v = 100;
  const STEP = 1.0002108301829544;
  for (let i = 0; i < PRICE.length; i++) {
    PRICE[i] = Math.round(v);
    v *= STEP;
  }
} // 10^(6/65536)
const price = () => PRICE[int(PRICE.length)];

const POOL = (() => {
  let t = '';
  for (let i = 0; i < 1 << 16; i++) t += String.fromCharCode(97 + int(26));
  return t;
})();
const text = (n) => {
  const o = int(POOL.length - n);
  return POOL.slice(o, o + n);
};
const word = (max, sp) => {
  let n = 3 + int(max - 3),
    t = '';
  while (n-- > 0) t += int(13) === 0 ? sp : String.fromCharCode(97 + int(26));
  return t.trim();
};
const extra = (size, avg) => {
  if (size > avg) return '';
  const d = avg - size,
    k = Math.round(d * 0.2);
  return text(d - k + (k ? int(2 * k) : 0));
};
const STATES = 'AZ,CA,ID,OR,WA,WY'.split(','),
  CITIES = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',');
const FIRST = 'Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter'.split(','),
  LAST = 'Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris'.split(',');
const url = () => `https://www.nexmark.com/${word(5, '_')}/${word(5, '_')}/${word(5, '_')}/item.htm?query=1`;
const HOT = ['Google', 'Facebook', 'Baidu', 'Apple'].map((n) => [n, url()]);
const CHANNELS = Array.from({ length: 10000 }, (_, i) => [
  `channel-${i}`,
  url() + (int(10) > 0 ? `&channel_id=${Math.imul(i, 0x9e3779b1) >>> 0}` : ''),
]);

const PERSON = 1,
  AUCTION = 3,
  TOTAL = 50,
  FIRST_ID = 1000;
const lastPerson = (id) => Math.floor(id / TOTAL); // one person an epoch, at its head
const lastAuction = (id) => {
  let e = Math.floor(id / TOTAL),
    o = id % TOTAL;
  if (o < PERSON) {
    e--;
    o = AUCTION - 1;
  } else if (o >= PERSON + AUCTION) o = AUCTION - 1;
  else o -= PERSON;
  return e * AUCTION + o;
};
const anyPerson = (id) => {
  const n = lastPerson(id) + 1,
    act = Math.min(n, 1000);
  return n - act + int(act + 10);
};
const anyAuction = (id) => {
  const max = lastAuction(id),
    min = Math.max(max - 100, 0);
  return min + int(max - min + 1 + 10);
};
const IN_FLIGHT_MS = (Math.floor((100 * TOTAL) / AUCTION) * 1000) / RATE;

let secAt = -1,
  secText = '';
const stamp = (ms) => {
  const k = Math.floor(ms / 1000);
  if (k !== secAt) {
    secAt = k;
    secText = new Date(k * 1000).toISOString().slice(0, 19).replace('T', ' ');
  }
  return `${secText}.${String(ms - k * 1000).padStart(3, '0')}`;
};
const farStamp = (ms) => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');

const wrap = (type, name, body) => (a.flat ? `{${body}}\n` : `{"event_type":${type},"${name}":{${body}}}\n`);
const make = (id) => {
  const ms = BASE + Math.floor((id * 1000) / RATE),
    at = stamp(ms),
    rem = id % TOTAL;
  if (rem < PERSON) {
    const name = `${pick(FIRST)} ${pick(LAST)}`,
      mail = `${word(7, ' ')}@${word(5, ' ')}.com`,
      card = `${String(int(1e4)).padStart(4, '0')} ${String(int(1e4)).padStart(4, '0')} ${String(int(1e4)).padStart(4, '0')} ${String(int(1e4)).padStart(4, '0')}`,
      city = pick(CITIES),
      state = pick(STATES);
    return wrap(
      0,
      'person',
      `"id":${lastPerson(id) + FIRST_ID},"name":"${name}","emailAddress":"${mail}","creditCard":"${card}","city":"${city}","state":"${state}","dateTime":"${at}","extra":"${extra(8 + name.length + mail.length + card.length + city.length + 2, 200)}"`,
    );
  }
  if (rem < PERSON + AUCTION) {
    const seller = FIRST_ID + (int(4) > 0 ? Math.floor(lastPerson(id) / 100) * 100 : anyPerson(id)),
      category = 10 + int(5),
      initial = price(),
      expires = ms + 1 + int(Math.max(IN_FLIGHT_MS * 2, 1)),
      item = word(20, ' '),
      desc = word(100, ' '),
      reserve = initial + price();
    return wrap(
      1,
      'auction',
      `"id":${lastAuction(id) + FIRST_ID},"itemName":"${item}","description":"${desc}","initialBid":${initial},"reserve":${reserve},"dateTime":"${at}","expires":"${farStamp(expires)}","seller":${seller},"category":${category},"extra":"${extra(8 + item.length + desc.length + 40, 500)}"`,
    );
  }
  const auction = FIRST_ID + (int(2) > 0 ? Math.floor(lastAuction(id) / 100) * 100 : anyAuction(id));
  const bidder = FIRST_ID + (int(4) > 0 ? Math.floor(lastPerson(id) / 100) * 100 + 1 : anyPerson(id));
  const p = price(),
    [channel, link] = int(2) > 0 ? HOT[int(4)] : CHANNELS[int(10000)];
  return wrap(
    2,
    'bid',
    `"auction":${auction},"bidder":${bidder},"price":${p},"channel":"${channel}","url":"${link}","dateTime":"${at}","extra":"${extra(32, 100)}"`,
  );
};

const hash = createHash('sha256'),
  counts = [0, 0, 0];
let bytes = 0;
const toStdout = a.out === '-';
if (!toStdout) mkdirSync(a.out, { recursive: true });
const fds = toStdout ? [1] : Array.from({ length: PARTS }, (_, i) => openSync(join(a.out, `part-${i}.json`), 'w'));
const put = (fd, buf) => {
  for (let o = 0; o < buf.length; ) {
    try {
      o += writeSync(fd, buf, o);
    } catch (e) {
      if (e.code !== 'EAGAIN') throw e;
    }
  }
};
const bufs = fds.map(() => '');
const CHUNK = 4000;
let whole = '';
const flush = () => {
  const b = Buffer.from(whole, 'latin1');
  hash.update(b);
  bytes += b.length;
  whole = '';
  bufs.forEach((t, i) => {
    if (t) put(fds[i], fds.length === 1 ? b : Buffer.from(t, 'latin1'));
    bufs[i] = '';
  });
};
const kinds = ['person', 'auction', 'bid'];
for (let n = 0, kept = 0; kept < EVENTS; n++) {
  const rem = n % TOTAL,
    kind = rem < PERSON ? 0 : rem < PERSON + AUCTION ? 1 : 2;
  if (a.only && kinds[kind] !== a.only) continue;
  const line = make(n);
  counts[kind]++;
  whole += line;
  bufs[kept % fds.length] += line;
  kept++;
  if (kept % CHUNK === 0) flush();
}
flush();
if (!toStdout) for (const fd of fds) closeSync(fd);
process.stderr.write(
  `${JSON.stringify({
    events: EVENTS,
    parts: fds.length,
    seed: Number(a.seed),
    rate: RATE,
    bytes,
    person: counts[0],
    auction: counts[1],
    bid: counts[2],
    sha256: hash.digest('hex'),
  })}\n`,
);
