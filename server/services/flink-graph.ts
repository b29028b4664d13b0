/** The graph of a job on Flink as its newest run had it: the cluster told it once, and it is kept when the cluster has forgotten the job. */
import { z } from 'zod';
import type { PlanGraph } from '../contract/check.ts';
import type { Database } from '../db/open-database.ts';

const vertexSchema = z.object({
  uid: z.string(),
  kind: z.string(),
  description: z.string(),
  inputs: z.array(z.string()),
  strategies: z.array(z.string()).default([]),
  parallelism: z.int(),
});

/** `Source: orders[1] -> Calc[2]` -> `orders[1]`; of a chain its first part. */
const titleOf = (name: string): string => (name.split(' -> ')[0] as string).replace(/^Source: /, '').slice(0, 60);

export async function flinkGraph(database: Database, jobId: number): Promise<PlanGraph | null> {
  const run = await database.run.findFirst({ where: { jobId, graphJson: { not: null } }, orderBy: { number: 'desc' } });
  if (!run?.graphJson) return null;
  const vertices = z.array(vertexSchema).parse(JSON.parse(run.graphJson));
  const idOf = new Map(vertices.map((vertex, id) => [vertex.uid, id]));
  return {
    nodes: vertices.map(({ uid, kind, description, parallelism }, id) => ({
      id,
      uid,
      kind,
      title: titleOf(description),
      description,
      parallelism,
      isStateful: false,
      stateTtlMs: 0,
      keys: [],
      changelog: '',
      columns: [],
    })),
    edges: vertices.flatMap((vertex, to) =>
      vertex.inputs.flatMap((input, index) => {
        const from = idOf.get(input);
        return from === undefined ? [] : [{ from, to, strategy: vertex.strategies[index] ?? 'FORWARD' }];
      }),
    ),
  };
}
