/** Connectors of the simulated world: `splits` reads its inputs, `transactions` writes to its transactional store. */
import type {
  Connector,
  PollResult,
  RuntimeContext,
  SinkWriter,
  SourceReader,
  SplitPosition,
  TableFacts,
} from '../../connectors/contract.ts';
import { ConnectorError } from '../../connectors/contract.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { INSERT } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { forEachLiveRow, kindAt, rowAt } from '../../types/row-access.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import type { Life, World } from './simulated-world.ts';

const FACTS: TableFacts = {
  problems: [],
  warnings: [],
  sourceChangelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
  sinkChangelog: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  isBounded: true,
  hasSplitWatermarks: false,
  metadata: [],
  delivery: { guarantee: 'exactly-once', why: '' },
  summary: 'simulated',
};
const KIND_NAMES = ['+I', '-U', '+U', '-D'];

/** Rows handed out by one poll, at most. */
const POLL_ROWS_MAX = 5;

export function connectorsOf(world: World, life: Life): (name: string) => Connector | null {
  const connectors: Record<string, Connector> = {
    splits: {
      name: 'splits',
      describe: () => FACTS,
      createReader: (table, _reads, context) => createReader(world, life, table, context),
    },
    transactions: {
      name: 'transactions',
      describe: () => FACTS,
      createWriter: (_table, schema, context) => createWriter(world, life, schema, context),
    },
  };
  return (name) => connectors[name] ?? null;
}

function createReader(world: World, life: Life, table: PlanTable, context: RuntimeContext): SourceReader {
  const splits = world.inputs.get(table.name) ?? [];
  const isUnbounded = table.options.unbounded === 'true';
  const own = splits.map((_, index) => index).filter((index) => index % context.parallelism === context.subtask);
  const next = new Map<number, number>();
  const builder = new BatchBuilder(table.physical);
  return {
    async open(restored) {
      for (const index of own) {
        const position = restored?.find((entry) => entry.split === String(index))?.position.next;
        next.set(index, typeof position === 'number' ? position : 0);
      }
    },
    async poll(): Promise<PollResult> {
      if (life.isDead()) return new Promise(() => {});
      await world.time.scheduler.yieldTurn();
      const open = own.filter((index) => (next.get(index) as number) < (splits[index]?.length ?? 0));
      if (open.length === 0) return isUnbounded ? { kind: 'idle', waitMs: 5 } : { kind: 'end' };
      const split = open[Math.floor(world.random.next() * open.length)] as number;
      const rows = splits[split] as readonly (readonly bigint[])[];
      const from = next.get(split) as number;
      const to = Math.min(rows.length, from + 1 + Math.floor(world.random.next() * POLL_ROWS_MAX));
      builder.reset();
      for (let at = from; at < to; at++) {
        rows[at]?.forEach((value, column) => {
          builder.setBigInt(column, value);
        });
        builder.endRow(INSERT);
      }
      next.set(split, to);
      return { kind: 'batch', batch: builder.finish() };
    },
    positions: (): readonly SplitPosition[] =>
      own.map((index) => ({ split: String(index), position: { next: next.get(index) as number } })),
    async close() {},
  };
}

function createWriter(world: World, life: Life, schema: RowSchema, context: RuntimeContext): SinkWriter {
  let buffer: string[] = [];
  return {
    async open() {},
    write(batch) {
      forEachLiveRow(batch, (row) => buffer.push([KIND_NAMES[kindAt(batch, row)], ...rowAt(batch, row, schema).map(String)].join(',')));
    },
    ready: () => null,
    async prepare(epoch) {
      const id = `${context.attempt}-${context.subtask}-${epoch}`;
      const rows = buffer;
      buffer = [];
      if (rows.length === 0) return [];
      await life.effect(`stage ${id}`, async () => void world.staged.set(id, rows));
      return [{ kind: 'transaction', data: { id } }];
    },
    async commit(committables) {
      for (const { data } of committables) {
        const id = data.id as string;
        await life.effect(`commit ${id}`, async () => {
          const rows = world.staged.get(id) ?? world.committed.get(id);
          if (!rows) throw new ConnectorError(`Transaction ${id} is unknown: its rows cannot be proven to be visible.`, false);
          world.committed.set(id, rows);
        });
      }
    },
    async close() {},
  };
}
