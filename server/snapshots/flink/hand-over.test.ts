/** What of the embedded engine's snapshots Flink is given, and what keeps a job where it is. */
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../engine/checkpoint/manifest.ts';
import type { PhysicalPlan, PlanNode } from '../../engine/planner/physical-plan.ts';
import { startupAt } from '../../engine/runtime/start-position.ts';
import { fatesOfPlaces, handOver } from './hand-over.ts';

const source = {
  kind: 'source',
  uid: 's',
  description: 'numbers',
  table: { name: 'numbers', options: { topic: 'a-b' } },
} as unknown as PlanNode;
const group = { kind: 'groupAggregate', uid: 'g', description: 'GROUP BY k' } as unknown as PlanNode;
const split = (partition: number, offset: number, stop: number | null = null) => ({
  split: `a-b-${partition}`,
  position: { offset, stop, topicId: null },
});
const read = (...splits: ReturnType<typeof split>[]) => ({ operatorUid: 's', table: 'numbers', connector: 'kafka', splits });

function manifest(more: Partial<Manifest> = {}, nodes: readonly PlanNode[] = [source]): Manifest {
  const plan = { nodes } as unknown as PhysicalPlan;
  return { plan, tables: [], operatorValues: [], sources: [read(split(1, 7), split(0, 42))], ...more } as Manifest;
}
const table = (records: number) => [{ operatorUid: 'g', table: 't', parts: [], records }] as unknown as Manifest['tables'];
const reasonOf = (one: Manifest) => {
  const handed = handOver(one);
  return handed.kind === 'refused' ? handed.reason.code : handed.offsets;
};

describe('a snapshot handed over to Flink', () => {
  it('gives the place of each Kafka table as offsets of its topic', () => {
    const place = { topic: 'a-b', offsets: { 0: 42, 1: 7 } };
    expect(handOver(manifest())).toEqual({ kind: 'offsets', offsets: { numbers: place } });
    const at = { kind: 'offsets', tables: { numbers: place } } as const;
    expect(startupAt(at, 'numbers', 'a-b')).toEqual({
      'scan.startup.mode': 'specific-offsets',
      'scan.startup.specific-offsets': 'partition:0,offset:42;partition:1,offset:7',
    });
    // Offsets of one topic mean nothing in another.
    expect(startupAt(at, 'numbers', 'other')).toBe(null);
    expect(startupAt(at, 'constructor', 'a-b')).toBe(null);
  });

  it('is refused where something would stay behind', () => {
    expect(reasonOf(manifest({ tables: table(3) }, [source, group]))).toBe('said.move.state');
    expect(reasonOf(manifest({ tables: table(0) }, [source, group]))).toHaveProperty('numbers');
    const values = [{ operatorUid: 'g', subtask: 0, values: { progressMs: 5 } }];
    expect(reasonOf(manifest({ operatorValues: values }, [source, group]))).toBe('said.move.time');
    expect(reasonOf(manifest({ sources: [{ ...read(), connector: 'datagen' }] }))).toBe('said.move.source');
    expect(reasonOf(manifest({ sources: [read()] }))).toBe('said.move.noPlace');
    expect(reasonOf(manifest({ sources: [read(split(0, 4, 9))] }))).toBe('said.move.bounded');
    const twoTopics = [read(split(0, 4), { ...split(0, 4), split: 'other-0' })];
    expect(reasonOf(manifest({ sources: twoTopics }))).toBe('said.move.topics');
    expect(reasonOf(manifest({ sources: [read(split(0, 4)), read(split(0, 5))] }))).toBe('said.move.twoPlaces');
    expect(reasonOf(manifest({ sources: [read(split(0, 4)), read(split(0, 4))] }))).toHaveProperty('numbers');
  });

  it('tells which places the SQL of now leaves unused', () => {
    const one = manifest();
    const fates = (plan: PhysicalPlan | null) =>
      fatesOfPlaces(one, { numbers: { topic: 'a-b', offsets: { 0: 1 } } }, plan).map(({ fate }) => fate);
    expect(fates(one.plan)).toEqual(['kept']);
    const elsewhere = { ...source, table: { name: 'numbers', options: { topic: 'c' } } } as unknown as PlanNode;
    expect(fates({ nodes: [elsewhere] } as unknown as PhysicalPlan)).toEqual(['dropped']);
    expect(fates(null)).toEqual([]);
  });
});
