/** Positions of sources as people and previews read them. */
import type { SplitPositionView } from '../contract/snapshot.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';

type Sources = Manifest['sources'];
type Position = Sources[number]['splits'][number]['position'];

/** Names under which connectors keep the number that counts records or bytes of a split. */
const NUMBERED = ['offset', 'nextOffset', 'next', 'sequence', 'index', 'row', 'byte', 'bytes', 'position'];
const BYTES = new Set(['byte', 'bytes']);

/** The position as a number of the source, when it is one. */
export function offsetOf(position: Position): number | null {
  const name = NUMBERED.find((one) => position[one] !== undefined && position[one] !== null);
  const value = name === undefined ? null : Number(position[name]);
  return value === null || !Number.isSafeInteger(value) ? null : value;
}

function wordsOf(position: Position): string {
  const grouped = (value: unknown) => (/^\d+$/.test(String(value)) ? BigInt(String(value)).toLocaleString('en-US') : String(value));
  const entries = Object.entries(position).filter(([, value]) => value !== null);
  const first = entries[0];
  if (entries.length === 1 && first) return BYTES.has(first[0]) ? `byte ${grouped(first[1])}` : grouped(first[1]);
  return entries.map(([name, value]) => `${name} ${grouped(value)}`).join(', ');
}

export function describePositions(sources: Sources): SplitPositionView[] {
  return sources.flatMap((source) =>
    source.splits.map(({ split, position }) => ({
      source: source.table,
      operatorUid: source.operatorUid,
      split,
      position: wordsOf(position),
      offset: offsetOf(position),
    })),
  );
}
